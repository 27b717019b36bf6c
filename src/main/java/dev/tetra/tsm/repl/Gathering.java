package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.model.RawText;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** Keeps an answer in place of showing it. */
final class Gathering implements ControlClient.Display {
    private final Caller caller;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    Gathering(Caller caller) {
        this.caller = caller;
    }

    /** What came for stdout. */
    byte[] bytes() {
        return out.toByteArray();
    }

    /** What came for stdout, as text. */
    String text() {
        return RawText.decode(out.toByteArray());
    }

    /** What came for stderr, as text. */
    String errors() {
        return RawText.decode(err.toByteArray());
    }

    @Override
    public void out(byte[] bytes) {
        out.writeBytes(bytes);
    }

    @Override
    public void err(byte[] bytes) {
        err.writeBytes(bytes);
    }

    @Override
    public List<String> environment() {
        return caller.environment();
    }

    @Override
    public String ask(String question) {
        return "";
    }
}

package dev.tetra.tsm.command;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A terminal that keeps what was written. */
final class FakeTerminal implements Terminal {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringBuilder err = new StringBuilder();

    String written() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String errors() {
        return err.toString();
    }

    @Override
    public void out(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void err(String text) {
        err.append(text);
    }

    @Override
    public void document(byte[] bytes) {
        out.writeBytes(bytes);
    }

    @Override
    public OutputStream stream() {
        return out;
    }

    @Override
    public void client(String program) {}

    @Override
    public Optional<String> ask(String question) {
        return Optional.empty();
    }

    @Override
    public void onGone(Runnable action) {}

    @Override
    public boolean isGone() {
        return false;
    }

    @Override
    public int width() {
        return 0;
    }

    @Override
    public boolean colour() {
        return false;
    }

    @Override
    public boolean errColour() {
        return false;
    }
}

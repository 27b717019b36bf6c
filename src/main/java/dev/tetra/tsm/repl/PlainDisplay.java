package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import java.io.IOException;
import java.util.List;

/** Shows an answer on the standard streams. Nobody is there to answer a question. */
final class PlainDisplay implements ControlClient.Display {
    private final Caller caller;
    private final Streams streams;

    PlainDisplay(Caller caller, Streams streams) {
        this.caller = caller;
        this.streams = streams;
    }

    @Override
    public void out(byte[] bytes) throws IOException {
        streams.out(bytes);
    }

    @Override
    public void err(byte[] bytes) {
        streams.err(bytes);
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

package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.control.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Requests that are made for the picture: nothing of their answers goes to the terminal, and nothing is asked on it. */
final class TopRequests {
    /** Longer lines than the daemon ever sends would mean that it is none. */
    private static final int LONGEST_LINE = 64 << 20;

    private TopRequests() {}

    static Request of(Caller caller, List<String> words) {
        return new Request(
                caller.build(),
                caller.launcher(),
                caller.cwd(),
                caller.umask(),
                0,
                Set.of(),
                ProcessHandle.current().pid(),
                caller.user(),
                words);
    }

    /** Takes the lines of an answer, without their ends. */
    @FunctionalInterface
    interface Lines {
        /** One more. */
        void line(byte[] line) throws IOException;
    }

    /** Cuts stdout into lines; keeps what comes on stderr. */
    static final class Cutter implements ControlClient.Display {
        private final Lines lines;
        private final List<String> environment;
        private final ByteArrayOutputStream open = new ByteArrayOutputStream();
        private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

        Cutter(Lines lines, List<String> environment) {
            this.lines = lines;
            this.environment = environment;
        }

        @Override
        public void out(byte[] bytes) throws IOException {
            int start = 0;
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] == '\n') {
                    open.write(bytes, start, i - start);
                    start = i + 1;
                    byte[] line = open.toByteArray();
                    open.reset();
                    lines.line(line);
                }
            }
            open.write(bytes, start, bytes.length - start);
            if (open.size() > LONGEST_LINE) {
                throw new IOException("the daemon sent an endless line");
            }
        }

        @Override
        public void err(byte[] bytes) {
            errors.writeBytes(bytes);
        }

        byte[] errors() {
            return errors.toByteArray();
        }

        @Override
        public List<String> environment() {
            return environment;
        }

        /** Whoever asks is told by {@code Set.of()} as flags that there is nobody; this is for the case that he does not look. */
        @Override
        public String ask(String question) {
            return "";
        }
    }
}

package dev.tetra.tsm.repl;

import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** {@code tsm repl}: commands line by line, from a person or from a script. */
final class Repl implements Program {
    private final Map<String, Program> programs;

    /** @param programs what may be run from within, by name */
    Repl(Map<String, Program> programs) {
        this.programs = programs;
    }

    @Override
    public int run(Session session, List<String> words) throws IOException {
        if (session.link().caller().onTerminal()) {
            return new Prompt(session, programs).run();
        }
        Shell shell = new Shell(session, new PlainDisplay(session.link().caller(), session.streams()), null);
        return new Script(
                        new BufferedInputStream(new FileInputStream(FileDescriptor.in)),
                        words.contains("--keep-going"),
                        session.streams(),
                        shell::run)
                .run();
    }
}

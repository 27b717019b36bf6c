package dev.tetra.tsm.repl;

import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** {@code tsm repl}: commands line by line, from a person or from a script. */
final class Repl implements Program {
    @Override
    public int run(Session session, List<String> words) throws IOException {
        return new Script(
                        new BufferedInputStream(new FileInputStream(FileDescriptor.in)),
                        words.contains("--keep-going"),
                        session.streams(),
                        line -> Optional.of(runLine(session, line)))
                .run();
    }

    private static int runLine(Session session, String line) throws IOException {
        List<String> words = LineWords.of(line).map(LineWords::words).orElse(List.of());
        if (words.isEmpty()) {
            return 0;
        }
        return session.link()
                .run(words, new PlainDisplay(session.link().caller(), session.streams()))
                .code();
    }
}

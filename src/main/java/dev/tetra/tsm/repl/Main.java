package dev.tetra.tsm.repl;

import dev.tetra.tsm.model.TsmException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The client's program, which the launcher becomes when the daemon's answer asks for it: {@code --home DIR --launcher
 * FILE … PROGRAM words…}; or {@code --train} to be exercised once for the cache of classes.
 */
public final class Main {
    private static final int CANNOT_WRITE = 1;
    private static final int BUG = 70;

    private Main() {}

    /** Runs one program to its end. */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        Streams streams =
                new Streams(new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
        try {
            if (arguments.equals(List.of("--train"))) {
                return Training.run(streams);
            }
            Caller.Invocation invocation = Caller.read(arguments);
            String name = invocation.words().getFirst();
            Program program = programs().get(name);
            if (program == null) {
                streams.complain("this client has no program '" + name + "'", "is it as new as the daemon?");
                return BUG;
            }
            try (Screen screen = new Screen(invocation.caller())) {
                DaemonLink link = new DaemonLink(invocation.caller(), streams, screen::width);
                List<String> words =
                        invocation.words().subList(1, invocation.words().size());
                return program.run(new Session(link, screen, streams), words);
            }
        } catch (TsmException e) {
            streams.complain("" + e.getMessage(), e.hint());
            return e.exitCode();
        } catch (IOException stdoutClosed) {
            return CANNOT_WRITE;
        }
    }

    /** The programs by the name that the daemon gives them. */
    private static Map<String, Program> programs() {
        Program sql = new Sql();
        Program top = new Top();
        return Map.of("repl", new Repl(Map.of("sql", sql, "top", top)), "sql", sql, "top", top);
    }
}

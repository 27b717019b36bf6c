package dev.tetra.tsm.daemon;

import dev.tetra.tsm.command.Commands;
import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.WantOfMemory;
import dev.tetra.tsm.os.DaemonProcess;
import dev.tetra.tsm.store.Template;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's program: {@code --home DIR} runs it. For the build, {@code --renew JAR…} makes classes fit for the cache of
 * classes, {@code --template FILE} makes the database that new homes begin with, {@code --shells DIR} the
 * scripts that the launcher prints for shells, and {@code --train} exercises the daemon once
 * for that cache. When it runs it says one thing on stdout to the launcher: {@code ready}, or {@code failed CODE} and why; after
 * that stdout is its log.
 */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int USAGE = 2;
    private static final int UNAVAILABLE = 69;
    private static final int BUG = 70;
    /** That of {@code -XX:+ExitOnOutOfMemoryError}, which ends the program for a user's query too. */
    private static final int OUT_OF_MEMORY = 3;

    private Main() {}

    /** Runs the daemon until it is stopped or replaced. */
    public static void main(String[] arguments) {
        // What is logged goes there, and slf4j-simple's own dates load a locale, which is a tenth of a start.
        System.setErr(new StampedErrors(System.err));
        int code;
        if (arguments.length == 2 && arguments[0].equals("--home")) {
            code = serve(Path.of(arguments[1]));
        } else if (arguments.length == 1 && arguments[0].equals("--train")) {
            code = Training.run();
        } else if (arguments.length == 2 && arguments[0].equals("--template")) {
            code = template(Path.of(arguments[1]));
        } else if (arguments.length == 2 && arguments[0].equals("--shells")) {
            code = shells(Path.of(arguments[1]));
        } else if (arguments.length > 1 && arguments[0].equals("--renew")) {
            code = renew(List.of(arguments).subList(1, arguments.length));
        } else {
            System.err.println("usage: --home DIR | --train | --template FILE | --shells DIR | --renew JAR…");
            code = USAGE;
        }
        System.exit(code);
    }

    private static int template(Path file) {
        try {
            Template.write(file, BuildInfo.load());
            return 0;
        } catch (IOException e) {
            System.err.println("no database for new homes was made: " + e);
            return 1;
        }
    }

    private static int shells(Path folder) {
        try {
            for (Map.Entry<String, String> script :
                    new Commands().shellScripts().entrySet()) {
                Files.writeString(folder.resolve("tsm.shell." + script.getKey()), script.getValue());
            }
            return 0;
        } catch (IOException e) {
            System.err.println("no scripts for shells were made: " + e);
            return 1;
        }
    }

    private static int renew(List<String> jars) {
        int code = 0;
        for (String jar : jars) {
            try {
                ClassFiles.renew(Path.of(jar));
            } catch (IOException | RuntimeException e) {
                System.err.println(jar + " stays as it is: " + e);
                code = 1;
            }
        }
        return code;
    }

    /** Stdout is the log already in a daemon that has taken the place of another, and no launcher waits for its word. */
    private static boolean isLog(Path stdout, Path log) {
        try {
            return Files.isSameFile(stdout, log);
        } catch (IOException e) {
            return false;
        }
    }

    private static int serve(Path home) {
        WantOfMemory.endThis(() -> Runtime.getRuntime().halt(OUT_OF_MEMORY));
        PrintStream launcher = System.out;
        try {
            Daemon daemon = Daemon.start(home, BuildInfo.load());
            if (!isLog(Path.of("/dev/stdout"), daemon.log())) {
                launcher.println("ready");
                launcher.flush();
            }
            // The launcher's pipe is gone after this; whatever is printed later belongs in the log.
            DaemonProcess.redirect(daemon.log().toString());
            return daemon.serve();
        } catch (HomeLock.Served e) {
            // A launcher had begun to start it and was killed: what another needs is there.
            LOG.info("pid {} is not needed: {}", ProcessHandle.current().pid(), e.getMessage());
            launcher.println("ready");
            launcher.flush();
            return 0;
        } catch (TsmException e) {
            LOG.error("the daemon cannot start", e);
            // Whatever the reason is: for a command it means that there is no daemon.
            launcher.println("failed " + UNAVAILABLE);
            launcher.println(e.getMessage());
            if (!e.hint().isEmpty()) {
                launcher.println("hint: " + e.hint());
            }
            launcher.flush();
            return UNAVAILABLE;
        } catch (IOException | RuntimeException e) {
            WantOfMemory.endOn(e);
            LOG.error("the daemon failed", e);
            launcher.println("failed " + BUG);
            launcher.println("the daemon failed: " + e);
            launcher.flush();
            return BUG;
        }
    }
}

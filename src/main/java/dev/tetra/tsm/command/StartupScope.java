package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Startup;
import dev.tetra.tsm.model.TsmException;
import picocli.CommandLine.Option;

/** A verb about the daemon at boot, for the user or for the machine. */
abstract class StartupScope extends Verb {
    @Option(names = "--user", description = "By your own service manager (default, but for root).")
    boolean user;

    @Option(names = "--system", description = "By the machine's service manager; needs root.")
    boolean system;

    /** The scope that was asked for. */
    Startup.Scope scope(Context context) {
        if (user && system) {
            throw new TsmException.Usage("--user and --system exclude each other", "give one of them");
        }
        return system
                ? Startup.Scope.SYSTEM
                : user ? Startup.Scope.USER : context.engine().startup().usual();
    }
}

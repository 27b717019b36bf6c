package dev.tetra.tsm.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Kill whoever listens on a port.",
            "A process that tsm manages is killed with all its descendants and stays listed as stopped. Any"
                    + " other is shown, and killed after a yes or with --yes; never pid 1, tsm itself, or another"
                    + " user's."
        },
        exitCodeList = {"1:It may not or cannot be killed, or the answer was no.", "3:Nobody listens on that port."},
        footer = "tsm doctor kill 3000")
final class DoctorKillVerb extends Verb {
    @Parameters(arity = "1", paramLabel = "PORT", description = "The port, 1 to 65535.")
    int port;

    @Option(
            names = {"-y", "--yes"},
            description = "Kill a process that tsm does not manage without a question.")
    boolean yes;

    @Override
    int run(Context context) {
        KillVerb kill = new KillVerb();
        kill.yes = yes;
        kill.json = json;
        return kill.run(context.engine().killer().listening(DoctorPortVerb.checked(port)), context);
    }

    @Override
    boolean changes() {
        return true;
    }
}

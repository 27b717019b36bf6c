package dev.tetra.tsm.engine;

import dev.tetra.tsm.ipc.SocketFile;
import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.supervise.Launch;
import java.nio.file.Path;

/** Whether probes fit the process that is to be started. */
final class HealthRules {
    private HealthRules() {}

    /**
     * Refuses what can't work.
     *
     * @param port whether it has a port
     * @throws TsmException.Usage for a probe of a port that there is not, and for a message to what takes none
     * @throws TsmException.Failed when the home is too deep for a socket
     */
    static void check(HealthPolicy policy, boolean port, Kind kind, Path home) {
        for (Probe probe : policy.probes()) {
            String option = "--" + probe.purpose().word() + "-" + probe.check().kind();
            boolean own = switch (probe.check()) {
                case Check.Http http -> http.own();
                case Check.Tcp tcp -> tcp.port() == null;
                case Check.Exec _, Check.Log _, Check.Notify _ -> false;
            };
            if (own && !port) {
                throw new TsmException.Usage(
                        option + ": the process has no port that could be asked",
                        "give it one with --port, or name one: "
                                + (probe.check() instanceof Check.Http
                                        ? option + " http://localhost:8080"
                                                + probe.check().target()
                                        : option + " 8080"));
            }
        }
        if (policy.shutdownMessage() && kind != Kind.NODE) {
            throw new TsmException.Usage(
                    "--shutdown-message: only Node programs take it, and this is of kind " + kind.word(),
                    "leave it out; --signal says which signal asks it to stop");
        }
        if (policy.notified()) {
            SocketFile.tooLong(Launch.notifySocket(home, Long.MAX_VALUE)).ifPresent(why -> {
                throw new TsmException.Failed(
                        "the path of its NOTIFY_SOCKET is too long: " + why, "use a shorter home (TSM_DIR)");
            });
        }
    }
}

package dev.tetra.tsm.supervise.health;

import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.os.HelperRequest;
import dev.tetra.tsm.os.HelperResult;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.os.SpawnRequest;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.supervise.Launch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Runs a command as the process itself runs: in its folder, with its environment, limits and user. */
final class ExecLook {
    private static final int KEPT = 4096;

    private ExecLook() {}

    /** The request of a command, once for a run. */
    static HelperRequest request(
            Host host,
            ManagedProcess process,
            String token,
            List<EnvVar> variables,
            Path home,
            String command,
            Duration timeout) {
        SpawnRequest shell = Launch.beside(process, variables, token, home, host.rights(), command);
        return new HelperRequest(
                shell.executable(), shell.argv(), shell.environment(), shell.cwd(), timeout, KEPT, shell.umask());
    }

    static Look.Result run(Host host, HelperRequest request) throws SpawnException, InterruptedException {
        HelperResult result = host.run(request);
        if (result.timedOut()) {
            return Look.Result.bad("not done within " + Durations.format(request.timeout()) + ", killed");
        }
        if (result.exit() instanceof Exit.Code(int code) && code == 0) {
            return Look.Result.good("exit code 0");
        }
        String said = lastLine(result.stderr().isBlank() ? result.stdout() : result.stderr());
        return Look.Result.bad(result.exit().inWords() + (said.isEmpty() ? "" : ": " + said));
    }

    private static String lastLine(String text) {
        return text.lines().filter(line -> !line.isBlank()).reduce("", (one, other) -> other);
    }
}

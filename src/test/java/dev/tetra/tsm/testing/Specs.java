package dev.tetra.tsm.testing;

import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.StopPolicy;
import java.util.List;

/** Specs for tests. */
public final class Specs {
    private Specs() {}

    /** A command of no port that runs in {@code /}. */
    public static ProcessSpec of(String... argv) {
        return with(RestartPolicy.DEFAULT, StopPolicy.DEFAULT, argv);
    }

    public static ProcessSpec with(RestartPolicy restart, StopPolicy stop, String... argv) {
        return new ProcessSpec(
                ProcessSpec.DEFAULT_NAMESPACE,
                Kind.BINARY,
                ProcessType.PID,
                String.join(" ", argv),
                List.of(argv),
                argv[0],
                null,
                null,
                "/",
                null,
                null,
                null,
                0022,
                restart,
                stop,
                LogPolicy.DEFAULT);
    }
}

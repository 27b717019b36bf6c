package dev.tetra.tsm.testing;

import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.TriggerPolicy;
import java.util.List;

/** Specs for tests. */
public final class Specs {
    private Specs() {}

    /** A command of no port that runs in {@code /}. */
    public static ProcessSpec of(String... argv) {
        return with(RestartPolicy.DEFAULT, StopPolicy.DEFAULT, argv);
    }

    public static ProcessSpec with(RestartPolicy restart, StopPolicy stop, String... argv) {
        return with(SupervisionPolicy.NONE, restart, stop, argv);
    }

    public static ProcessSpec with(LimitPolicy limits, RestartPolicy restart, StopPolicy stop, String... argv) {
        SupervisionPolicy none = SupervisionPolicy.NONE;
        return with(
                new SupervisionPolicy(none.health(), none.order(), none.instances(), none.triggers(), limits),
                restart,
                stop,
                argv);
    }

    public static ProcessSpec with(
            SupervisionPolicy supervision, RestartPolicy restart, StopPolicy stop, String... argv) {
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
                LogPolicy.DEFAULT,
                supervision);
    }

    /** The same as a program of that kind. */
    public static ProcessSpec as(Kind kind, ProcessSpec spec) {
        return like(spec, kind, spec.cwd(), spec.supervision());
    }

    /** The same in a folder, with what has it run, run again, or end. */
    public static ProcessSpec triggered(ProcessSpec spec, String cwd, TriggerPolicy triggers) {
        SupervisionPolicy none = spec.supervision();
        return like(
                spec,
                spec.kind(),
                cwd,
                new SupervisionPolicy(none.health(), none.order(), none.instances(), triggers, none.limits()));
    }

    private static ProcessSpec like(ProcessSpec spec, Kind kind, String cwd, SupervisionPolicy supervision) {
        return new ProcessSpec(
                spec.namespace(),
                kind,
                spec.type(),
                spec.command(),
                spec.argv(),
                spec.executable(),
                spec.script(),
                spec.interpreter(),
                cwd,
                spec.service(),
                spec.envName(),
                spec.envFile(),
                spec.umask(),
                spec.restart(),
                spec.stop(),
                spec.logs(),
                supervision);
    }
}

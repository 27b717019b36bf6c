package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.os.SpawnRequest;
import dev.tetra.tsm.spec.ScriptFile;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.Wish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks whether a next run could be executed, before the present one is ended for it. */
final class NextRun {
    private final Store store;
    private final Host host;

    NextRun(Store store, Host host) {
        this.store = store;
        this.host = host;
    }

    /**
     * Refuses to end what runs for a run that could not begin. Where it cannot be known before, nothing is refused.
     *
     * @throws TsmException.Failed when the folder, the program, its interpreter or its script is gone
     */
    void require(ManagedProcess process, Wish.@Nullable Change change) {
        ProcessSpec spec = change == null ? process.spec() : change.spec();
        // Commands around the runs may make the program anew, as a build does.
        if (process.pid() == null
                || !spec.supervision().limits().commands().equals(RunCommands.NONE)
                || !process.spec().supervision().limits().commands().equals(RunCommands.NONE)) {
            return;
        }
        try {
            host.requireExecutable(new SpawnRequest(
                    spec.executable(), spec.argv(), List.of(), spec.cwd(), "/dev/null", "/dev/null", spec.umask()));
        } catch (SpawnException e) {
            throw refused(process, String.valueOf(e.getMessage()));
        }
        ScriptFile.of(spec)
                .filter(script -> !there(process, change, spec.cwd(), script))
                .ifPresent(script -> {
                    throw refused(process, "the script " + Path.of(spec.cwd()).resolve(script) + " is gone");
                });
    }

    /** Shells look for a name without a slash on the PATH too; which PATH counts in the end does not matter here. */
    private boolean there(ManagedProcess process, Wish.@Nullable Change change, String cwd, String script) {
        if (!Files.notExists(Path.of(cwd).resolve(script))) {
            return true;
        }
        List<EnvVar> stored = store.call(tx -> tx.environments().of(process.key()));
        Stream<EnvVar> changed = change == null
                ? Stream.of()
                : change.environment().values().stream().flatMap(List::stream);
        return !script.contains("/")
                && Stream.concat(stored.stream(), changed)
                        .filter(variable -> variable.name().equals("PATH"))
                        .flatMap(variable -> Stream.of(variable.value().split(":", -1)))
                        .anyMatch(folder ->
                                Files.exists(Path.of(cwd).resolve(folder).resolve(script)));
    }

    private static TsmException.Failed refused(ManagedProcess process, String why) {
        return new TsmException.Failed(
                process.label() + " could not be run again, so it was left running: " + why,
                "put that back, or start it anew from where it is now; tsm stop " + process.name() + " ends what runs");
    }
}

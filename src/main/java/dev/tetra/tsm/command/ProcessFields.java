package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.model.Dependency;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Nearest;
import dev.tetra.tsm.spec.Schedules;
import dev.tetra.tsm.spec.Secrets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a process by their names (SPEC 17), for JSON as well as for {@code --format}, {@code --sort} and {@code
 * --filter}. Names are added, never changed.
 */
final class ProcessFields {
    private ProcessFields() {}

    /** Takes a field's value: text, a number, a time, or a list of texts or of numbers; null when there is none. */
    interface Value<T> {
        @Nullable
        Object of(T from);
    }

    /** A field and where it comes from. */
    record Field<T>(String name, Value<T> value) {}

    /** What the database knows of a process. */
    static final List<Field<ManagedProcess>> STORED = List.of(
            new Field<>("id", ManagedProcess::id),
            new Field<>("key", ManagedProcess::key),
            new Field<>("name", ManagedProcess::name),
            new Field<>("namespace", p -> p.spec().namespace()),
            new Field<>("kind", p -> p.spec().kind().word()),
            new Field<>("type", p -> p.spec().type().word()),
            new Field<>("command", p -> command(p.spec())),
            new Field<>("argv", p -> Secrets.maskWords(p.spec().argv())),
            new Field<>("cwd", p -> p.spec().cwd()),
            new Field<>("service", p -> p.spec().service()),
            new Field<>("envName", p -> p.spec().envName()),
            new Field<>("envFile", p -> p.spec().envFile()),
            new Field<>("status", p -> p.status().word()),
            new Field<>("health", p -> p.life().health().word()),
            new Field<>("wanted", p -> p.life().wanted().word()),
            new Field<>("pid", ManagedProcess::pid),
            new Field<>("port", ManagedProcess::port),
            new Field<>(
                    "portSource",
                    p -> p.portSource() == null ? null : p.portSource().word()),
            new Field<>("socket", ManagedProcess::socket),
            new Field<>("restarts", p -> p.life().restarts()),
            new Field<>("unstableRestarts", p -> p.life().unstable()),
            new Field<>("exitCode", p -> exit(p) instanceof Exit.Code(int code) ? code : null),
            new Field<>("exitSignal", p -> exit(p) instanceof Exit.Signalled s ? s.name() : null),
            new Field<>("exitReason", ProcessFields::exitReason),
            new Field<>("script", p -> p.spec().script()),
            new Field<>("interpreter", p -> p.spec().interpreter()),
            new Field<>("createdAt", ManagedProcess::createdAt),
            new Field<>(
                    "startedAt", p -> p.serving() == null ? null : p.serving().startedAt()),
            new Field<>("stoppedAt", ManagedProcess::stoppedAt),
            new Field<>("restartPolicy", p -> p.spec().restart().restart().word()),
            new Field<>(
                    "after",
                    p -> p.spec().supervision().order().after().stream()
                            .map(Dependency::toString)
                            .toList()),
            new Field<>("nextRunAt", p -> Schedules.next(p, Instant.now()).orElse(null)),
            new Field<>("instances", p -> Math.max(1, p.instances().count())),
            new Field<>("group", p -> p.instances().group()),
            new Field<>(
                    "instance",
                    p -> p.instances().member() == null
                            ? null
                            : p.instances().member().number()),
            new Field<>("listen", p -> p.instances().listen()));

    /** What is seen of it now. A point in a name is a level in JSON. */
    static final List<Field<View>> SEEN = List.of(
            new Field<>(
                    "observedPorts",
                    view -> view.observed().stream()
                            .map(o -> (Number) o.port())
                            .distinct()
                            .toList()),
            new Field<>(
                    "uptimeMs",
                    view -> view.uptime() == null ? null : view.uptime().toMillis()),
            new Field<>(
                    "cpuPercent", view -> view.cpuPercent() == null ? null : Math.round(view.cpuPercent() * 10) / 10.0),
            new Field<>("memoryBytes", View::memoryBytes),
            new Field<>("logs.out", View::out),
            new Field<>("logs.err", View::err));

    private static final List<Field<View>> ALL = Stream.concat(
                    STORED.stream()
                            .map(field -> new Field<View>(
                                    field.name(), view -> field.value().of(view.process()))),
                    SEEN.stream())
            .toList();

    /**
     * The field of a name.
     *
     * @param where what the user gave the name to, such as {@code --sort}
     * @throws TsmException.Usage when there is none
     */
    static Field<View> named(String name, String where) {
        return ALL.stream()
                .filter(field -> field.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(name, where));
    }

    /** A value as text on one line; empty when there is none. */
    static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case List<?> items
            when items.stream().allMatch(String.class::isInstance) ->
                CommandWords.join(items.stream().map(String.class::cast).toList());
            case List<?> items ->
                String.join(",", items.stream().map(String::valueOf).toList());
            default -> value.toString();
        };
    }

    /** The command as it was typed, with what looks secret masked. */
    static String command(ProcessSpec spec) {
        return Secrets.maskCommand(spec.command());
    }

    private static TsmException unknown(String name, String where) {
        List<String> names = ALL.stream().map(Field::name).toList();
        String nearest =
                Nearest.to(name, names).map(n -> "did you mean " + n + "?  ").orElse("");
        return new TsmException.Usage(
                where + ": a process has no field '" + name + "'", nearest + "the fields: " + String.join(", ", names));
    }

    private static @Nullable Exit exit(ManagedProcess process) {
        Run run = process.run();
        return run == null ? null : run.exit();
    }

    private static @Nullable String exitReason(ManagedProcess process) {
        Exit exit = exit(process);
        return exit == null ? null : exit.inWords();
    }
}

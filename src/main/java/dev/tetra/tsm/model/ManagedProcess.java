package dev.tetra.tsm.model;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A tracked command, as the database has it.
 *
 * @param key the surrogate key on which history is kept; never reused
 * @param id the TSM ID, from 0
 * @param name unique among the processes that are tracked
 * @param port the port reserved for it
 * @param socket the path of its control socket
 * @param run its present or last run
 * @param standby the run that serves until the present one has taken over (reload); null when there is none
 */
public record ManagedProcess(
        long key,
        int id,
        String name,
        ProcessSpec spec,
        Lifecycle life,
        @Nullable Integer port,
        @Nullable PortSource portSource,
        @Nullable String socket,
        @Nullable Run run,
        @Nullable Run standby,
        Instant createdAt,
        @Nullable Instant stoppedAt) {

    /** What it is doing. */
    public Status status() {
        return life.status();
    }

    /** The run that does the work, or did it last: while a new one is to take over, the one before it. */
    public @Nullable Run serving() {
        return standby != null && standby.exit() == null ? standby : run;
    }

    /** The runs that may be going on: the present one, and the one that it is to take over from. */
    public List<Run> runs() {
        return Stream.of(run, standby)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** The pid of the run that does the work, if one is going on. */
    public @Nullable Long pid() {
        Run serving = serving();
        return serving != null && serving.identity() != null && serving.exit() == null
                ? Long.valueOf(serving.identity().pid())
                : null;
    }

    /** The same with something else to run. */
    public ManagedProcess with(ProcessSpec other) {
        return new ManagedProcess(
                key, id, name, other, life, port, portSource, socket, run, standby, createdAt, stoppedAt);
    }

    /** The same as if nothing but the present run went on. */
    public ManagedProcess withoutStandby() {
        return standby == null
                ? this
                : new ManagedProcess(
                        key, id, name, spec, life, port, portSource, socket, run, null, createdAt, stoppedAt);
    }

    /** Its number and name, for messages. */
    public String label() {
        return name + " (ID " + id + ")";
    }

    /** How many of it there are, and what they share. */
    public InstancePolicy instances() {
        return spec.supervision().instances();
    }
}

package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.ControlGroups;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control groups of runs, for processes that have limits which hold for all of their processes together. Each run has
 * one of its own, so that what the kernel counts is of that run, and a run that is to take the place of another has room
 * beside it. It outlives the daemon with what is in it, and is removed once nothing of the run is alive.
 *
 * <p>All of a home's are in one base; a daemon that was started elsewhere may have another, so bases are remembered in the
 * database before anything is in them. Safe for use by many threads.
 */
final class RunGroups {
    private static final Logger LOG = LoggerFactory.getLogger(RunGroups.class);
    private static final String BASES = "control-groups";
    private static final Pattern NAME = Pattern.compile("process-([0-9]{1,18})\\.run-([0-9]{1,18})\\.([0-9a-f]{12})");

    private final ControlGroups groups;
    private final Store store;
    private final String name;
    /** The groups of each process: only those that are known to be of its runs. */
    private final Map<Long, Set<Path>> having = new ConcurrentHashMap<>();

    /** How many processes of a run the kernel was seen to have killed for its memory. */
    private final Map<Long, Long> killed = new HashMap<>();

    private List<Path> bases = List.of();

    RunGroups(ControlGroups groups, Store store, Path home) {
        this.groups = groups;
        this.store = store;
        this.name = "tsm-" + digest(home.toString());
    }

    private static String digest(String text) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(all, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Takes up what a daemon before this one left; what is of no process any more is removed. */
    synchronized void recover(Collection<ManagedProcess> tracked) {
        Set<Long> keys = tracked.stream().map(ManagedProcess::key).collect(Collectors.toSet());
        String known = store.call(tx -> tx.settings().get(BASES)).orElse("");
        bases = known.lines().map(Path::of).filter(Files::isDirectory).toList();
        for (Path base : bases) {
            for (String group : groups.in(base)) {
                recover(base.resolve(group), NAME.matcher(group), keys);
            }
            removeIfEmpty(base);
        }
        if (!known.equals(text())) {
            remember();
        }
    }

    /** Keys alone do not tell whose it is: after a backup was taken they are given out again. */
    private void recover(Path group, Matcher parts, Set<Long> tracked) {
        if (!parts.matches()) {
            return;
        }
        long process = Long.parseLong(parts.group(1));
        boolean own = tracked.contains(process)
                && store.call(tx -> tx.runs().find(Long.parseLong(parts.group(2))))
                        .filter(run -> name(run).equals(parts.group()))
                        .isPresent();
        if (own) {
            having.computeIfAbsent(process, key -> new HashSet<>()).add(group);
        } else if (!groups.remove(group)) {
            LOG.warn("{} is of no process any more, and something in it is alive", group);
        }
    }

    private String text() {
        return bases.stream().map(Path::toString).collect(Collectors.joining("\n"));
    }

    private void remember() {
        store.run(tx -> tx.settings().put(BASES, text()));
    }

    private void removeIfEmpty(Path base) {
        if (groups.in(base).isEmpty() && groups.remove(base)) {
            bases = bases.stream().filter(Files::isDirectory).toList();
        }
    }

    /**
     * Finds out whether such limits can be given here.
     *
     * @throws TsmException.Usage when they can't, with the reason
     */
    void require(Allowance allowance) {
        if (allowance.grouped()) {
            synchronized (this) {
                base(allowance);
            }
        }
    }

    /** The base for such limits; one that an earlier daemon made will do when this one can have none. */
    private Path base(Allowance allowance) {
        try {
            Path base = groups.base(name, allowance);
            if (!bases.contains(base)) {
                bases = Stream.concat(bases.stream().filter(Files::isDirectory), Stream.of(base))
                        .toList();
                remember();
            }
            return base;
        } catch (TsmException.Usage refused) {
            return bases.stream()
                    .filter(base -> groups.takes(base, allowance))
                    .findFirst()
                    .orElseThrow(() -> refused);
        }
    }

    /**
     * What a new process does first of all to be in the group of a run; nothing when its process needs none.
     *
     * @throws TsmException.Usage when it can have none; it must not be executed then
     * @throws IOException likewise
     */
    Prelude entering(ManagedProcess process, Run run) throws IOException {
        Allowance allowance = process.spec().supervision().limits().allowance();
        if (!allowance.grouped()) {
            return Prelude.NONE;
        }
        Path group;
        synchronized (this) {
            group = groups.make(base(allowance), name(run), allowance);
            having.computeIfAbsent(process.key(), key -> new HashSet<>()).add(group);
        }
        return Prelude.NONE.then(
                "echo $$ > \"$1\"",
                List.of(groups.entrance(group).toString()),
                "cannot enter the control group " + group + " for " + allowance.grouping());
    }

    private static String name(Run run) {
        return "process-" + run.processKey() + ".run-" + run.key() + "." + digest(run.token());
    }

    private static long runOf(Path group) {
        Matcher parts = NAME.matcher(String.valueOf(group.getFileName()));
        return parts.matches() ? Long.parseLong(parts.group(2)) : 0;
    }

    /** The end of a process of a run, with the reason if that was the run's memory limit. */
    Exit explained(ManagedProcess process, long runKey, Exit exit) {
        Long limit = process.spec().supervision().limits().allowance().memory();
        boolean fits = exit instanceof Exit.Unknown
                || (exit instanceof Exit.Signalled signalled && signalled.signal() == Signals.number("KILL"));
        return fits && having.containsKey(process.key()) ? explained(process.key(), runKey, exit, limit) : exit;
    }

    private synchronized Exit explained(long processKey, long runKey, Exit exit, @Nullable Long limit) {
        for (Path group : of(processKey)) {
            long now = runOf(group) == runKey ? groups.killedForMemory(group) : 0;
            if (now > killed.getOrDefault(runKey, 0L)) {
                killed.put(runKey, now);
                long holds = groups.memoryLimit(group).orElse(limit == null ? 0 : limit);
                return holds == 0 ? exit : new Exit.Signalled(Signals.number("KILL"), "KILL", holds);
            }
        }
        return exit;
    }

    /** Sends SIGKILL to all that is in the groups of a process. */
    void kill(long processKey) {
        if (having.containsKey(processKey)) {
            synchronized (this) {
                of(processKey).forEach(groups::kill);
            }
        }
    }

    /**
     * Removes the groups of a process in which nothing is alive any more.
     *
     * @param needed runs whose groups stay
     */
    void tidy(long processKey, Collection<Long> needed) {
        if (having.containsKey(processKey)) {
            removeBut(processKey, needed);
        }
    }

    private synchronized void removeBut(long processKey, Collection<Long> needed) {
        Set<Path> left = new HashSet<>();
        for (Path group : of(processKey)) {
            if (needed.contains(runOf(group)) || !groups.remove(group)) {
                left.add(group);
            } else {
                killed.remove(runOf(group));
            }
        }
        if (left.isEmpty()) {
            having.remove(processKey);
            bases.forEach(this::removeIfEmpty);
        } else {
            having.put(processKey, left);
        }
    }

    private List<Path> of(long processKey) {
        return List.copyOf(having.getOrDefault(processKey, Set.of()));
    }
}

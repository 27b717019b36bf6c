package dev.tetra.tsm.engine;

import dev.tetra.tsm.ipc.ChannelServer;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.store.Tx;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes processes back that this home started and no longer tracks, with their ID, name and port where these are free.
 * What they run is read from the processes themselves.
 */
public final class Adopter {
    private static final Lifecycle FOUND = new Lifecycle(Wanted.RUN, Status.LOST, 1, 0, 0, 0);

    private final Supervision with;
    private final Supervisor supervisor;
    private final Orphans orphans;
    private final Outcomes outcomes;
    private final ChannelServer channels;
    private final Host host;

    Adopter(Supervision with, Supervisor supervisor, Orphans orphans, Outcomes outcomes, ChannelServer channels) {
        this.with = with;
        this.supervisor = supervisor;
        this.orphans = orphans;
        this.outcomes = outcomes;
        this.channels = channels;
        this.host = with.host();
    }

    /**
     * A process that was taken back.
     *
     * @param notes what is not as it was, such as another name
     */
    public record Taken(ManagedProcess process, List<String> notes) {}

    /** One that could not be taken back, and why. */
    public record Refused(Orphans.Orphan orphan, TsmException why) {}

    /** What came of several. */
    public record Result(List<Taken> taken, List<Refused> refused) {}

    /** Takes back all of these that can be. */
    public Result adopt(List<Orphans.Orphan> found, Caller caller) {
        List<Taken> taken = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        for (Orphans.Orphan orphan : found) {
            try {
                Taken rows = rows(orphan, caller.user(), false);
                Started settled = outcomes.settled(supervisor.adopt(rows.process(), caller.user()));
                List<String> notes = new ArrayList<>(rows.notes());
                serve(settled.process(), notes);
                taken.add(new Taken(settled.process(), notes));
            } catch (TsmException e) {
                refused.add(new Refused(orphan, e));
            }
        }
        return new Result(taken, refused);
    }

    /** Its control socket, if it has one; a daemon that starts serves all that have rows. */
    private void serve(ManagedProcess process, List<String> notes) {
        if (process.socket() != null) {
            String problem =
                    channels.open(process.key(), Path.of(process.socket())).problem();
            if (problem != null) {
                notes.add("its control socket is out of order: " + problem);
            }
        }
    }

    /**
     * Takes back what runs and the rows do not know, because the database was lost or an older one took its place. To be
     * called before the supervisor recovers, so that nothing is started that runs already.
     *
     * @return what the user must be told
     */
    public List<String> beforeRecovery() {
        List<String> told = new ArrayList<>();
        for (Orphans.Orphan orphan : orphans.exact()) {
            boolean unknown =
                    with.store().call(tx -> tx.runs().withToken(orphan.token())).isEmpty();
            if (unknown && orphan.adoptable()) {
                Taken taken = rows(orphan, "the daemon", true);
                told.add("the database did not know " + taken.process().label() + ", which runs as pid "
                        + orphan.leader().pid() + "; it was taken back"
                        + (taken.notes().isEmpty() ? "" : ": " + String.join("; ", taken.notes())));
            }
        }
        return told;
    }

    private Taken rows(Orphans.Orphan orphan, String by, boolean recovering) {
        if (!orphan.adoptable()) {
            throw new TsmException.Failed(
                    "pid " + orphan.leader().pid() + " cannot be taken back: " + orphan.obstacle(),
                    "tsm kill pid:" + orphan.leader().pid() + " ends it");
        }
        Remains remains = new Remains(host, orphan);
        return with.store().decide(tx -> {
            List<String> notes = new ArrayList<>();
            long key = recovering && row(tx, orphan).isPresent()
                    ? relinked(tx, orphan, row(tx, orphan).orElseThrow())
                    : tracked(tx, orphan, remains, notes);
            ManagedProcess process = tx.processes().find(key).orElseThrow();
            Run run = process.run();
            tx.journal()
                    .event(
                            EventKind.ADOPT,
                            key,
                            process.name(),
                            run == null ? null : run.key(),
                            Origin.TSM,
                            "found running as pid " + orphan.leader().pid() + " and taken back by " + by);
            return new Taken(process, List.copyOf(notes));
        });
    }

    /** The row that an older database has of it, if that is not busy with another run of its own. */
    private Optional<ManagedProcess> row(Tx tx, Orphans.Orphan orphan) {
        return tx.processes()
                .named(orphan.name())
                .filter(p -> orphan.id() != null && p.id() == orphan.id())
                .filter(p -> p.run() == null
                        || p.run().identity() == null
                        || !host.alive(p.run().identity()));
    }

    private long relinked(Tx tx, Orphans.Orphan orphan, ManagedProcess row) {
        Instant now = with.clock().instant();
        Run old = row.run();
        if (old != null && old.exit() == null) {
            tx.runs().ended(old.key(), new Exit.Unknown("the database was replaced by an older one"), now);
        }
        long generation = row.life().generation() + 1;
        run(tx, row.key(), generation, orphan);
        tx.processes()
                .saveLife(
                        row.key(),
                        new Lifecycle(
                                Wanted.RUN,
                                Status.LOST,
                                generation,
                                0,
                                0,
                                row.life().restarts()));
        return row.key();
    }

    private long tracked(Tx tx, Orphans.Orphan orphan, Remains remains, List<String> notes) {
        List<ManagedProcess> all = tx.processes().all();
        String name = freeName(all, orphan, notes);
        int id = freeId(tx, all, orphan, notes);
        Integer port = freePort(tx, remains, notes);
        Optional<Run> known = tx.runs().withToken(orphan.token());
        long key;
        if (known.isPresent()) {
            key = known.get().processKey();
            tx.processes().revive(key, id, name, FOUND);
            tx.processes().setRun(key, known.get().key());
            tx.runs().spawned(known.get().key(), orphan.leader(), remains.startedAt());
        } else {
            ProcessSpec spec = remains.spec(port);
            key = tx.processes().insert(id, name, spec, FOUND);
            tx.environments().save(key, EnvSource.CALLER, remains.variables(port));
            run(tx, key, FOUND.generation(), orphan);
        }
        if (port != null) {
            tx.ports().allocate(port, key, PortSource.RANGE);
        }
        channel(tx, key, remains, notes);
        return key;
    }

    private static void channel(Tx tx, long key, Remains remains, List<String> notes) {
        String socket = remains.socket();
        boolean has = tx.processes().find(key).map(ManagedProcess::socket).isPresent();
        if (socket == null || has) {
            return;
        }
        tx.channels().closeForgotten();
        if (tx.processes().all().stream().anyMatch(p -> socket.equals(p.socket()))) {
            notes.add("its control socket " + socket + " is another's now, so it has none");
        } else {
            tx.channels().open(key, socket);
        }
    }

    private void run(Tx tx, long key, long generation, Orphans.Orphan orphan) {
        long run = tx.runs().decide(key, generation, orphan.token(), RunCause.ADOPTED);
        tx.runs().spawned(run, orphan.leader(), new Remains(host, orphan).startedAt());
        tx.processes().setRun(key, run);
    }

    private static String freeName(List<ManagedProcess> all, Orphans.Orphan orphan, List<String> notes) {
        String wanted = orphan.name().isEmpty() ? "process-" + orphan.leader().pid() : orphan.name();
        String name = wanted;
        for (int i = 2; taken(all, name); i++) {
            name = wanted + "-" + i;
        }
        if (!name.equals(wanted)) {
            notes.add("its name " + wanted + " is another's now, so it is " + name
                    + "; this run writes on to the logs of " + wanted);
        }
        return name;
    }

    private static boolean taken(List<ManagedProcess> all, String name) {
        return all.stream().anyMatch(p -> p.name().equals(name));
    }

    private static int freeId(Tx tx, List<ManagedProcess> all, Orphans.Orphan orphan, List<String> notes) {
        Integer wanted = orphan.id();
        if (wanted != null && all.stream().noneMatch(p -> p.id() == wanted)) {
            return wanted;
        }
        int id = tx.processes().nextId();
        if (wanted != null) {
            notes.add("its ID " + wanted + " is another's now, so it has " + id);
        }
        return id;
    }

    private static @Nullable Integer freePort(Tx tx, Remains remains, List<String> notes) {
        Integer port = remains.port();
        if (port != null && tx.ports().holder(port).isPresent()) {
            notes.add("its port " + port + " is reserved for another process now");
            return null;
        }
        return port;
    }
}

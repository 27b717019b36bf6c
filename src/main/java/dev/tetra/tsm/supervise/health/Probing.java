package dev.tetra.tsm.supervise.health;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.logs.LogScanner;
import dev.tetra.tsm.logs.LogSource;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.HealthReport;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import dev.tetra.tsm.model.ProbeReport;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Told;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.WantOfMemory;
import dev.tetra.tsm.os.HelperRequest;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Mail;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.spec.NotifyMessage;
import dev.tetra.tsm.store.Probes;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.Attendant;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The probes of all processes. They share one thread with their timer and connections, and a few for looks that wait: an idle
 * probe costs nothing but its place in the timer's queue.
 */
public final class Probing implements Attendant.Maker, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Probing.class);
    /** How much of what a run has written last is looked at, in bytes; some milliseconds' work. */
    private static final long MOST_OF_BEFORE = 1 << 20;

    private static final List<LogStream> STREAMS = List.of(LogStream.OUT, LogStream.ERR);

    private final Store store;
    private final Host host;
    private final LogFiles logs;
    private final Path home;
    private final Clock clock;
    private final Mail mail = new Mail();
    private final Clockwork clockwork = new Clockwork();
    private final Map<Long, ProcessProbes> processes = new ConcurrentHashMap<>();
    /** One write at a time, so that the last one is of what is so. */
    private final ReentrantLock writing = new ReentrantLock();

    public Probing(Store store, Host host, LogFiles logs, Path home, Clock clock) {
        this.store = store;
        this.host = host;
        this.logs = logs;
        this.home = home;
        this.clock = clock;
    }

    @Override
    public Attendant of(ManagedProcess process, Attendant.Teller teller) {
        ProcessProbes probes = new ProcessProbes(this, process.key(), teller);
        processes.put(process.key(), probes);
        return probes;
    }

    void gone(long processKey, ProcessProbes probes) {
        processes.remove(processKey, probes);
    }

    /** What is known of how a process is now. */
    public HealthReport report(ManagedProcess process) {
        ProcessProbes probes = processes.get(process.key());
        HealthReport report = probes == null ? HealthReport.NONE : probes.report();
        if (!report.probes().isEmpty()) {
            return report;
        }
        return new HealthReport(
                process.spec().supervision().health().probes().stream()
                        .map(probe -> new ProbeReport(probe, null, 0, null, false, ""))
                        .toList(),
                report.status(),
                report.mainPid());
    }

    /** Takes what somebody tells in a program's place; false when it does not run, or has no probe that asks for that. */
    public boolean tell(ManagedProcess process, NotifyMessage message) {
        ProcessProbes probes = processes.get(process.key());
        return probes != null && probes.tell(message);
    }

    Path home() {
        return home;
    }

    Mail mail() {
        return mail;
    }

    /**
     * The probes of a run.
     *
     * @param fresh whether it is about to be spawned; else a daemon before this one did that
     * @param leader of the run; null as long as it was not executed
     */
    RunProbes probes(
            ManagedProcess process,
            Run run,
            boolean fresh,
            Attendant.Teller teller,
            Supplier<@Nullable Identity> leader) {
        RunProbes probes = new RunProbes(
                process,
                run.key(),
                probe -> look(process, run, fresh, leader, probe),
                teller,
                clockwork,
                new Records(),
                clock);
        if (!fresh && process.spec().supervision().health().notified()) {
            Told told = store.call(tx -> tx.runs().told(run.key()));
            Identity main = told.main();
            probes.restore(
                    told.status(), main != null && host.alive(main) ? Long.valueOf(main.pid()) : null, told.patience());
        }
        return probes;
    }

    /** What changes is written down for the next daemon. */
    private final class Records implements RunProbes.Recorder {
        @Override
        public void found(RunProbes run, ProbePurpose purpose) {
            Probing.this.found(run, purpose);
        }

        @Override
        public void told(RunProbes run) {
            write(() -> {
                Long pid = run.mainPid();
                Identity main = pid == null
                        ? null
                        : ProcessTree.now(host)
                                .table()
                                .get(pid)
                                .map(info -> new Identity(pid, info.startTicks(), host.bootId()))
                                .orElse(null);
                store.run(tx -> tx.runs().tell(run.runKey(), run.told(main)));
            });
        }
    }

    private Look look(
            ManagedProcess process, Run run, boolean fresh, Supplier<@Nullable Identity> leader, Probe probe) {
        return switch (probe.check()) {
            case Check.Http http -> look(Page.of(http.uri(process.port())), process, run, leader, probe);
            case Check.Tcp(Integer port) -> {
                Integer number = port == null ? process.port() : port;
                yield number == null
                        ? seen -> seen.accept(Look.Result.bad("the process has no port"))
                        : look(Page.of(number), process, run, leader, probe);
            }
            case Check.Exec(String command) -> aside(exec(process, run, command, probe));
            case Check.Log(String expression) -> log(process, run, fresh, expression, probe);
            case Check.Notify() -> seen -> {};
        };
    }

    private Look look(Page page, ManagedProcess process, Run run, Supplier<@Nullable Identity> leader, Probe probe) {
        Integer own = process.port();
        boolean shared = process.instances().listen() != null && own != null && own == page.port();
        if (shared && page.here()) {
            SharedLook.Rule rule =
                    new SharedLook.Rule(process.life().standby() != null, probe.purpose() == ProbePurpose.LIVE);
            return aside(new SharedLook(page, probe.timeout(), new Acceptor(host, run.token(), leader), rule));
        }
        return page.secure() ? aside(() -> NetLook.look(page, probe.timeout())) : new PageLook(page, probe.timeout());
    }

    /** Looks at a page or a port by the clockwork. */
    private final class PageLook implements Look {
        private final Page page;
        private final Duration timeout;
        private final String target;

        PageLook(Page page, Duration timeout) {
            this.page = page;
            this.timeout = timeout;
            this.target = page.host() + ":" + page.port();
        }

        @Override
        public void begin(Consumer<Result> seen) {
            exchange(page, timeout, seen);
        }

        @Override
        public String target() {
            return target;
        }
    }

    private void exchange(Page page, Duration timeout, Consumer<Look.Result> seen) {
        Deadline deadline = new Deadline(timeout);
        if (page.immediate()) {
            clockwork.here(() -> exchange(page, timeout, deadline, seen));
        } else {
            clockwork.aside(() -> exchange(page, timeout, deadline, seen));
        }
    }

    /** By the clockwork's thread, unless the addresses must be asked for first. */
    private void exchange(Page page, Duration timeout, Deadline deadline, Consumer<Look.Result> seen) {
        try {
            Exchange exchange = new Exchange(page, timeout, page.addresses(), clockwork, seen);
            clockwork.here(() -> exchange.begin(Duration.ofNanos(Math.max(0, deadline.nanos()))));
        } catch (UnknownHostException e) {
            seen.accept(page.failed(NetLook.words(e, timeout)));
        }
    }

    /** On a thread that may wait. */
    private Look aside(Look.Waiting look) {
        return seen -> clockwork.aside(() -> {
            Look.Result result;
            try {
                result = look.now();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                result = Look.Result.bad("interrupted");
            } catch (Exception e) {
                WantOfMemory.endOn(e);
                result = Look.Result.failed(e);
            }
            seen.accept(result);
        });
    }

    private Look.Waiting exec(ManagedProcess process, Run run, String command, Probe probe) {
        return new Look.Waiting() {
            private @Nullable HelperRequest request;

            @Override
            public Look.Result now() throws Exception {
                HelperRequest made = request;
                if (made == null) {
                    var variables = store.call(tx -> tx.environments().of(process.key()));
                    made = ExecLook.request(host, process, run.token(), variables, home, command, probe.timeout());
                    request = made;
                }
                return ExecLook.run(host, made);
            }
        };
    }

    private Look log(ManagedProcess process, Run run, boolean fresh, String expression, Probe probe) {
        LogLook look = new LogLook(expression, scanners(process, run, fresh, probe.purpose()), probe.timeout());
        boolean both = fresh && process.life().standby() != null && probe.purpose() != ProbePurpose.LIVE;
        return both && writtenAnyway(process, expression, probe)
                ? seen -> seen.accept(Look.Result.bad(
                        "the run that goes on writes such lines too, so they do not tell whether this one is ready"))
                : aside(look);
    }

    /**
     * Whether the run that is to be replaced has written such a line not only when it got ready itself, but later. Both write
     * to the same files, and the kernel does not tell who wrote what.
     */
    private boolean writtenAnyway(ManagedProcess process, String expression, Probe probe) {
        Long standby = process.life().standby();
        Instant started = store.call(tx ->
                        standby == null ? Optional.<Run>empty() : tx.runs().find(standby))
                .map(Run::startedAt)
                .orElse(null);
        if (started == null) {
            return false;
        }
        Instant ready = started.plus(process.spec().supervision().health().startTimeout());
        try {
            List<LogScanner> scanners = new ArrayList<>();
            for (LogSource source : logs.sources(process.name(), STREAMS)) {
                scanners.add(LogScanner.since(source, ready, MOST_OF_BEFORE));
            }
            return new LogLook(expression, scanners, probe.timeout()).now().good();
        } catch (IOException e) {
            throw new IllegalStateException("its logs cannot be read: " + e.getMessage(), e);
        }
    }

    /** What a run writes begins where the logs ended before it; a daemon that takes it back is told by the database. */
    private List<LogScanner> scanners(ManagedProcess process, Run run, boolean fresh, ProbePurpose purpose) {
        List<LogSource> sources = logs.sources(process.name(), STREAMS);
        Optional<Probes.Beginning> noted = fresh
                ? Optional.empty()
                : store.call(tx -> tx.probes().beginning(process.key(), purpose))
                        .filter(at -> at.generation() == run.generation());
        if (noted.isPresent()) {
            return List.of(
                    new LogScanner(sources.get(0), noted.get().out()),
                    new LogScanner(sources.get(1), noted.get().err()));
        }
        List<Long> ends = new ArrayList<>();
        try {
            for (LogSource source : sources) {
                ends.add(LogScanner.end(source));
            }
        } catch (IOException e) {
            throw new IllegalStateException("its logs cannot be read: " + e.getMessage(), e);
        }
        Probes.Beginning here = new Probes.Beginning(run.generation(), ends.get(0), ends.get(1));
        write(() -> store.run(tx -> tx.probes().begins(process.key(), purpose, here)));
        return List.of(new LogScanner(sources.get(0), ends.get(0)), new LogScanner(sources.get(1), ends.get(1)));
    }

    private void found(RunProbes run, ProbePurpose purpose) {
        write(() -> {
            ProbeReport now = run.report(purpose);
            if (now != null) {
                store.run(tx -> tx.probes().found(run.processKey(), purpose, now.holds(), now.message()));
            }
        });
    }

    private void write(Runnable work) {
        clockwork.aside(() -> {
            writing.lock();
            try {
                work.run();
            } catch (TsmException e) {
                // As on a full disk: what is known in memory counts, and is written with the next change.
                LOG.warn("what a probe found was not written down: {}", e.getMessage());
            } finally {
                writing.unlock();
            }
        });
    }

    /**
     * Whether a message is of a run: the kernel says who sent it. Its sender may have ended by now, as systemd-notify(1)
     * does at once; then it counts, as only this user can open the socket, and its path was given to that process alone.
     */
    boolean mayTell(Mail.Letter letter, String token, @Nullable Identity leader) {
        if (letter.uid() < 0) {
            return true;
        }
        if (letter.pid() <= 0) {
            return false;
        }
        return belongs(letter.pid(), token, leader, true);
    }

    /**
     * Whether a process is of a run.
     *
     * @param gone the answer for one that is not there any more
     */
    boolean belongs(long pid, String token, @Nullable Identity leader, boolean gone) {
        boolean named = (leader != null && leader.pid() == pid)
                || host.environmentVariable(pid, "TSM_RUN")
                        .filter(token::equals)
                        .isPresent();
        if (named) {
            return true;
        }
        ProcessTree tree = ProcessTree.now(host);
        Optional<ProcessInfo> process = tree.table().get(pid);
        if (process.isEmpty() || process.get().dead()) {
            return gone;
        }
        return leader != null
                && tree.members(new ProcessTree.Scope(leader, token)).stream()
                        .anyMatch(member -> member.info().pid() == pid);
    }

    /** Ends all looks; to be called when the supervision has ended. */
    @Override
    public void close() {
        clockwork.close();
        mail.close();
    }
}

package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Health;
import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.HealthReport;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.OrderPolicy;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Probes of real programs. */
class ProbesTest {
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String PYTHON = "/usr/bin/python3";

    /** Answers 200 while there is a file ok, else 503; and not at all while there is a file hang. */
    private static final String SERVER = """
            import http.server, os, pathlib, time
            home = pathlib.Path(os.environ['TSM_DIR'])
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    while (home / 'hang').exists():
                        time.sleep(0.02)
                    self.send_response(200 if (home / 'ok').exists() else 503)
                    self.end_headers()
                    (home / 'asked').touch()
                def log_message(self, *words):
                    pass
            class Server(http.server.ThreadingHTTPServer):
                daemon_threads = True
            Server(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
            """;

    /** Sends what a file of the home says, line by line as they are added, and goes on. */
    private static final String NOTIFIER = """
            import os, pathlib, socket, time
            home = pathlib.Path(os.environ['TSM_DIR'])
            to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            sent = 0
            while True:
                lines = (home / 'say').read_text().splitlines() if (home / 'say').exists() else []
                for line in lines[sent:]:
                    to.sendto(line.replace('|', '\\n').replace('@', str(os.getpid())).encode(), os.environ['NOTIFY_SOCKET'])
                sent = len(lines)
                time.sleep(0.01)
            """;

    private final Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static Probe probe(ProbePurpose purpose, Check check) {
        return new Probe(purpose, check, SHORT, Duration.ofSeconds(1), 1, 2, Duration.ZERO);
    }

    private static HealthPolicy ready(Check check, Duration startTimeout) {
        return new HealthPolicy(null, probe(ProbePurpose.READY, check), null, startTimeout, false);
    }

    private static HealthPolicy live(@Nullable Check ready, Check live, Duration startTimeout) {
        return new HealthPolicy(
                null,
                ready == null ? null : probe(ProbePurpose.READY, ready),
                probe(ProbePurpose.LIVE, live),
                startTimeout,
                false);
    }

    private ManagedProcess add(HealthPolicy health, Kind kind, RestartPolicy restart, boolean port, String... argv) {
        ProcessSpec plain = Specs.with(restart, dev.tetra.tsm.model.StopPolicy.DEFAULT, argv);
        ProcessSpec spec = new ProcessSpec(
                plain.namespace(),
                kind,
                plain.type(),
                plain.command(),
                plain.argv(),
                plain.executable(),
                null,
                null,
                rig.home.toString(),
                null,
                null,
                null,
                plain.umask(),
                restart,
                plain.stop(),
                plain.logs(),
                new SupervisionPolicy(
                        health, OrderPolicy.NONE, InstancePolicy.NONE, TriggerPolicy.NONE, LimitPolicy.NONE));
        return rig.add(
                "p",
                spec,
                dev.tetra.tsm.model.Lifecycle.NEW,
                rig.supervisor.newToken(),
                port ? Integer.valueOf(freePort()) : null);
    }

    private ManagedProcess python(HealthPolicy health, String program) {
        return add(health, Kind.PYTHON, Rig.QUICK, program.equals(SERVER), PYTHON, "-c", program);
    }

    private ManagedProcess shell(HealthPolicy health, String script) {
        return add(health, Kind.BASH, Rig.QUICK, false, "/bin/sh", "-c", script);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private CompletableFuture<Outcome> begin(ManagedProcess process) {
        return rig.supervisor.runNew(process, new Wish.Start("me", true, null));
    }

    private void touch(String file) {
        say(file, "");
    }

    private void say(String file, String text) {
        try {
            Path path = rig.home.resolve(file);
            Path draft = rig.home.resolve(file + ".new");
            Files.writeString(draft, rig.text(file) + (rig.text(file).isEmpty() ? "" : "\n") + text);
            Files.move(draft, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void remove(String file) throws IOException {
        Files.delete(rig.home.resolve(file));
    }

    private void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Await.until(what, LONG, condition);
    }

    private void awaitHealth(ManagedProcess process, Health health) {
        await("health " + health, () -> rig.now(process).life().health() == health);
    }

    private List<String> events(ManagedProcess process) {
        return rig.store.call(tx -> tx.journal().latest(process.key(), 50)).stream()
                .map(event -> event.kind().word() + " " + event.message())
                .toList();
    }

    private HealthReport report(ManagedProcess process) {
        return rig.probing.report(rig.now(process));
    }

    // --- readiness ---

    @Test
    void a_process_is_online_only_once_its_readiness_probe_holds_and_then_its_health_follows_the_probe()
            throws IOException {
        ManagedProcess process = python(ready(new Check.Http("/healthz"), LONG), SERVER);
        CompletableFuture<Outcome> started = begin(process);
        await("it was asked", () -> rig.exists("asked"));
        assertEquals(Status.STARTING, rig.now(process).status());
        assertEquals(Health.UNKNOWN, rig.now(process).life().health());
        assertFalse(started.isDone());
        touch("ok");
        Outcome.Done done = assertInstanceOf(Outcome.Done.class, Rig.get(started));
        assertEquals(Status.ONLINE, done.process().status());
        assertEquals(Health.READY, done.process().life().health());
        remove("ok");
        awaitHealth(process, Health.UNREADY);
        assertEquals(Status.ONLINE, rig.now(process).status());
        touch("ok");
        awaitHealth(process, Health.READY);
        List<String> events = events(process);
        assertTrue(events.contains("health not ready: http /healthz: status 503"), events.toString());
        assertEquals(2, events.stream().filter("health ready"::equals).count(), events.toString());
        assertEquals(0, rig.now(process).life().restarts());
    }

    @Test
    void a_process_that_does_not_get_ready_in_time_is_ended_and_who_waits_is_told_why() {
        ManagedProcess process = python(ready(new Check.Http("/healthz"), Duration.ofSeconds(1)), SERVER);
        Outcome.NotStarted failed = assertInstanceOf(Outcome.NotStarted.class, Rig.get(begin(process)));
        assertEquals("http /healthz: status 503", failed.why());
        assertEquals(Status.ERRORED, rig.now(process).status());
        assertEquals(List.of(), rig.living());
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void where_nobody_waits_it_is_run_again_with_the_cause_start_timeout() {
        ManagedProcess process = shell(ready(new Check.Exec("test -f ok"), Duration.ofMillis(300)), "sleep 60");
        rig.start(process, false);
        await("the next run", () -> rig.runs(process).size() >= 2);
        assertEquals(RunCause.START_TIMEOUT, rig.runs(process).getFirst().cause());
        assertEquals(Status.STARTING, rig.now(process).status());
        touch("ok");
        rig.await(process, Status.ONLINE);
    }

    @Test
    void after_as_many_short_ones_as_the_policy_says_it_is_given_up() {
        ManagedProcess process = shell(ready(new Check.Exec("false"), Duration.ofMillis(120)), "sleep 60");
        rig.start(process, false);
        rig.await(process, Status.ERRORED);
        assertEquals(4, rig.runs(process).size());
        assertEquals(List.of(), rig.living());
    }

    @Test
    void a_death_before_it_is_ready_is_a_failed_start_for_who_waits_and_a_failed_run_else() {
        ManagedProcess process = shell(
                ready(new Check.Log("never"), LONG),
                "test -f twice && { touch thrice; sleep 60; }; touch twice; exit 3");
        Outcome.NotStarted failed = assertInstanceOf(Outcome.NotStarted.class, Rig.get(begin(process)));
        assertEquals(new Exit.Code(3), failed.exit());
        assertEquals("", failed.why());
        assertEquals(Status.ERRORED, rig.now(process).status());
        remove("twice", process);
        await("the run after", () -> rig.exists("thrice"));
        assertEquals(Status.STARTING, rig.now(process).status());
        assertEquals(RunCause.EXIT, rig.runs(process).getFirst().cause());
    }

    private void remove(String file, ManagedProcess process) {
        try {
            remove(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        rig.startAgain(process, false);
    }

    @Test
    void a_stop_ends_a_start_that_waits_to_be_ready() {
        ManagedProcess process = shell(ready(new Check.Log("never"), LONG), "sleep 60");
        CompletableFuture<Outcome> started = begin(process);
        await("it runs", () -> rig.now(process).pid() != null);
        rig.stop(process);
        assertInstanceOf(Outcome.NotStarted.class, Rig.get(started));
        assertEquals(Status.STOPPED, rig.now(process).status());
    }

    @Test
    void a_line_of_its_output_makes_it_ready_but_not_one_of_the_run_before() {
        ManagedProcess process = shell(
                ready(new Check.Log("listening on \\d+$"), LONG),
                "test -f go || { touch go; echo listening on 8080; sleep 60; }; echo starting; "
                        + "while ! test -f more; do sleep 0.02; done; printf 'listening on 9090' >&2; sleep 60");
        assertInstanceOf(Outcome.Done.class, Rig.get(begin(process)));
        CompletableFuture<Outcome> again = rig.ask(process, new Wish.Restart("me", true, null));
        await("it says that it starts", () -> rig.text("logs/p/out.log").contains("starting"));
        await("it was looked", () -> report(process).probes().getFirst().at() != null);
        assertEquals(Status.STARTING, rig.now(process).status());
        touch("more");
        assertInstanceOf(Outcome.Done.class, Rig.get(again));
    }

    @Test
    void a_command_that_hangs_is_killed_with_all_it_has_started_and_counts_as_a_failure() {
        Probe hangs =
                new Probe(ProbePurpose.READY, new Check.Exec("sleep 61 & sleep 62"), SHORT, SHORT, 1, 1, Duration.ZERO);
        ManagedProcess process = shell(new HealthPolicy(null, hangs, null, Duration.ofSeconds(1), false), "sleep 60");
        Outcome.NotStarted failed = assertInstanceOf(Outcome.NotStarted.class, Rig.get(begin(process)));
        assertEquals("exec sleep 61 & sleep 62: not done within 100ms, killed", failed.why());
        assertEquals(List.of(), rig.living());
    }

    @Test
    void a_command_has_the_folder_and_the_environment_of_the_process() {
        ManagedProcess process = shell(
                ready(
                        new Check.Exec(
                                "echo \"$PWD $TSM_NAME $NOTIFY_SOCKET\" >seen; test -f ok || { echo no ok >&2; false; }"),
                        LONG),
                "sleep 60");
        CompletableFuture<Outcome> started = begin(process);
        await(
                "it has failed",
                () -> report(process).probes().getFirst().message().equals("exit code 1: no ok"));
        assertEquals(rig.home + " p", rig.text("seen"));
        touch("ok");
        assertInstanceOf(Outcome.Done.class, Rig.get(started));
    }

    @Test
    void readiness_is_asked_only_once_the_startup_probe_holds() {
        HealthPolicy both = new HealthPolicy(
                probe(ProbePurpose.STARTUP, new Check.Exec("test -f up")),
                probe(ProbePurpose.READY, new Check.Exec("touch looked; test -f ok")),
                probe(ProbePurpose.LIVE, new Check.Exec("touch lived")),
                LONG,
                false);
        ManagedProcess process = shell(both, "sleep 60");
        CompletableFuture<Outcome> started = begin(process);
        await("it was looked", () -> report(process).probes().getFirst().inRow() > 2);
        assertFalse(rig.exists("looked") || rig.exists("lived"));
        touch("up");
        await("it was looked", () -> rig.exists("looked"));
        assertEquals(Status.STARTING, rig.now(process).status());
        assertFalse(rig.exists("lived"));
        touch("ok");
        assertInstanceOf(Outcome.Done.class, Rig.get(started));
        await("it lives", () -> rig.exists("lived"));
    }

    // --- liveness ---

    @Test
    void a_server_that_hangs_is_run_again_with_the_cause_liveness() throws IOException {
        touch("ok");
        Probe quick =
                new Probe(ProbePurpose.LIVE, new Check.Http("/"), SHORT, Duration.ofMillis(200), 1, 2, Duration.ZERO);
        ManagedProcess process = python(new HealthPolicy(null, null, quick, LONG, false), SERVER);
        rig.started(process);
        Identity first = rig.leader(process);
        awaitHealth(process, Health.READY);
        touch("hang");
        await(
                "the next run",
                () -> rig.runs(process).size() == 2 && rig.run(process).identity() != null);
        remove("hang");
        assertEquals(RunCause.LIVENESS, rig.run(process).cause());
        assertNotEquals(first, rig.leader(process));
        awaitHealth(process, Health.READY);
        List<String> events = events(process);
        assertTrue(events.contains("restart liveness: http /: no answer within 200ms"), events.toString());
    }

    @Test
    void a_liveness_probe_that_has_never_held_leaves_the_program_time_to_get_going() {
        ManagedProcess process = shell(live(null, new Check.Exec("test -f ok"), LONG), "sleep 60");
        rig.started(process);
        await("it has failed often", () -> report(process).probes().getFirst().inRow() > 6);
        assertEquals(1, rig.runs(process).size());
        touch("ok");
        awaitHealth(process, Health.READY);
    }

    @Test
    void a_program_that_does_not_feed_its_watchdog_is_run_again() {
        touch("say");
        ManagedProcess process = python(live(new Check.Notify(), new Check.Notify(), LONG), NOTIFIER);
        CompletableFuture<Outcome> started = begin(process);
        say("say", "READY=1|WATCHDOG_USEC=60000000");
        assertInstanceOf(Outcome.Done.class, Rig.get(started));
        say("say", "WATCHDOG=1");
        await("it was fed", () -> report(process).probes().getLast().at() != null);
        say("say", "WATCHDOG=trigger");
        await("the next run", () -> rig.runs(process).size() == 2);
        assertEquals(RunCause.LIVENESS, rig.run(process).cause());
    }

    // --- what programs tell ---

    @Test
    void a_program_tells_of_itself_on_notify_socket() {
        ManagedProcess process = python(ready(new Check.Notify(), Duration.ofSeconds(2)), NOTIFIER);
        say("say", "garbage|=|STATUS=warming up|MAINPID=@|EXTEND_TIMEOUT_USEC=20000000");
        CompletableFuture<Outcome> started = begin(process);
        await("it has said how it is", () -> "warming up".equals(report(process).status()));
        assertEquals(rig.now(process).pid(), report(process).mainPid());
        assertEquals(Status.STARTING, rig.now(process).status());
        say("say", "READY=1|STATUS=serving");
        assertInstanceOf(Outcome.Done.class, Rig.get(started));
        assertEquals("serving", report(process).status());
        say("say", "RELOADING=1");
        awaitHealth(process, Health.UNREADY);
        say("say", "READY=1");
        awaitHealth(process, Health.READY);
        assertTrue(rig.exists("sockets/" + process.key() + ".notify"));
        rig.stop(process);
        assertFalse(rig.exists("sockets/" + process.key() + ".notify"));
    }

    @Test
    void systemd_notify_is_understood() {
        ManagedProcess process = shell(
                ready(new Check.Notify(), LONG),
                "systemd-notify --ready --status='by systemd' && touch done; sleep 60");
        assertInstanceOf(Outcome.Done.class, Rig.get(begin(process)));
        assertEquals("by systemd", report(process).status());
        await("it was told that it was heard", () -> rig.exists("done"));
    }

    @Test
    void what_a_stranger_tells_is_left_out() {
        ManagedProcess process = shell(ready(new Check.Notify(), LONG), "echo $NOTIFY_SOCKET >at; sleep 60");
        CompletableFuture<Outcome> started = begin(process);
        await("it runs", () -> !rig.text("at").isEmpty());
        Identity stranger = rig.stranger(
                "other-token",
                "NOTIFY_SOCKET=" + rig.text("at") + " exec " + PYTHON + " -c \"import os,socket,time; "
                        + "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', os.environ['NOTIFY_SOCKET']); "
                        + "open('" + rig.home + "/sent', 'w').close(); time.sleep(60)\"");
        await("it was sent", () -> rig.exists("sent"));
        assertTrue(rig.probing.tell(rig.now(process), dev.tetra.tsm.spec.NotifyMessage.status("after it")));
        assertEquals("after it", report(process).status());
        assertEquals(Status.STARTING, rig.now(process).status());
        assertFalse(started.isDone());
        rig.signal(stranger, 9);
        rig.stop(process);
    }

    @Test
    void a_node_program_written_for_pm2_says_that_it_is_ready_and_is_asked_to_stop_by_a_message() throws IOException {
        Files.writeString(rig.home.resolve("app.js"), """
                process.on('message', message => { if (message === 'shutdown') { console.log('bye'); process.exit(0); } });
                process.send({ metrics: 'x'.repeat(100000) });
                process.send('ready');
                setInterval(() => {}, 1000);
                """);
        HealthPolicy policy = new HealthPolicy(null, probe(ProbePurpose.READY, new Check.Notify()), null, LONG, true);
        ManagedProcess process = add(policy, Kind.NODE, Rig.QUICK, false, "/usr/bin/node", "app.js");
        assertInstanceOf(Outcome.Done.class, Rig.get(begin(process)));
        rig.stop(process);
        assertEquals(new Exit.Code(0), rig.run(process).exit());
        assertEquals("bye", rig.text("logs/p/out.log"));
    }

    @Test
    void a_node_program_lives_through_the_end_of_the_daemon_that_it_was_connected_to() throws Exception {
        Files.writeString(rig.home.resolve("app.js"), """
                process.on('disconnect', () => require('fs').writeFileSync('disconnected', 'yes'));
                process.send('ready');
                setInterval(() => {}, 1000);
                """);
        ManagedProcess process =
                add(ready(new Check.Notify(), LONG), Kind.NODE, Rig.QUICK, false, "/usr/bin/node", "app.js");
        assertInstanceOf(Outcome.Done.class, Rig.get(begin(process)));
        Identity leader = rig.leader(process);
        rig.recover();
        rig.await(process, Status.ONLINE);
        await("it has noticed", () -> rig.text("disconnected").equals("yes"));
        assertEquals(leader, rig.leader(process));
        assertEquals(Health.READY, rig.now(process).life().health());
    }

    // --- another daemon ---

    @Test
    void what_was_ready_is_online_under_the_next_daemon_and_probed_on() throws Exception {
        touch("ok");
        ManagedProcess process = shell(ready(new Check.Exec("test -f ok"), LONG), "sleep 60");
        assertInstanceOf(Outcome.Done.class, Rig.get(begin(process)));
        rig.recover();
        assertEquals(Status.ONLINE, rig.now(process).status());
        assertEquals(Health.READY, rig.now(process).life().health());
        remove("ok");
        awaitHealth(process, Health.UNREADY);
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void what_was_starting_goes_on_starting_under_the_next_daemon() throws Exception {
        ManagedProcess process = shell(
                ready(new Check.Log("go"), LONG),
                "echo go >now; while ! test -f ok; do sleep 0.02; done; echo go; sleep 60");
        rig.start(process, false);
        await("it runs", () -> rig.exists("now"));
        rig.supervisor.close(() -> {});
        touch("ok");
        await(
                "it has said it, and no daemon was there",
                () -> rig.text("logs/p/out.log").equals("go"));
        rig.supervisor = new Supervisor(rig.with);
        rig.supervisor.recover();
        rig.await(process, Status.ONLINE);
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void what_is_told_of_an_older_run_changes_nothing() {
        var told = new java.util.concurrent.atomic.AtomicReference<Attendant.@Nullable Teller>();
        Supervision with = new Supervision(
                rig.store,
                rig.host,
                rig.with.logs(),
                rig.home,
                rig.with.clock(),
                Checkpoints.NONE,
                key -> {},
                List.of((process, teller) -> {
                    told.set(teller);
                    return new Attendant() {
                        @Override
                        public void follow(ManagedProcess now) {}

                        @Override
                        public void close() {}
                    };
                }));
        rig.supervisor = new Supervisor(with);
        ManagedProcess process = shell(ready(new Check.Log("never"), LONG), "sleep 60");
        rig.start(process, false);
        Attendant.Teller teller = java.util.Objects.requireNonNull(told.get());
        long now = rig.now(process).life().generation();
        teller.tell(now - 1, new Happening.Ready());
        teller.tell(now - 1, new Happening.RestartNeeded(RunCause.LIVENESS, "of an older run"));
        teller.tell(now - 1, new Happening.StartTimedOut(LONG, "of an older run"));
        teller.tell(now + 1, new Happening.Ready());
        rig.startAgain(process, false);
        assertEquals(Status.STARTING, rig.now(process).status());
        teller.tell(now, new Happening.Ready());
        rig.await(process, Status.ONLINE);
    }
}

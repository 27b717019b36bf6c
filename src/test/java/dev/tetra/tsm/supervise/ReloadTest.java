package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.logs.LogScanner;
import dev.tetra.tsm.logs.LogSource;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.OrderPolicy;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A new run in place of one for which tsm listens, with real processes and a real socket. */
class ReloadTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private ManagedProcess listening(String script) throws IOException {
        ProcessSpec spec =
                Specs.with(Rig.QUICK, new StopPolicy("TERM", Duration.ofSeconds(5)), "/bin/sh", "-c", script);
        ProcessSpec listens = spec.with(spec.supervision().with(new InstancePolicy(0, null, "127.0.0.1")));
        return rig.add("web", listens, Lifecycle.NEW, rig.supervisor.newToken(), freePort());
    }

    /** A server on the socket that it is given: as a file of the home says. */
    private static final String SERVER = """
            import http.server, os, pathlib, socket, time
            home = pathlib.Path(os.environ['TSM_DIR'])
            conduct = (home / 'conduct').read_text()
            if conduct == 'deaf':
                time.sleep(1000)
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(int(conduct))
                    self.end_headers()
                def log_message(self, *words):
                    pass
            class Server(http.server.ThreadingHTTPServer):
                daemon_threads = True
            server = Server(('127.0.0.1', 0), Handler, bind_and_activate=False)
            server.socket.close()
            server.socket = socket.socket(fileno=3)
            server.serve_forever()
            """;

    /** A server that is ready when that probe says so, within two seconds. */
    private ManagedProcess probed(Check check) throws IOException {
        ProcessSpec spec =
                Specs.with(Rig.QUICK, new StopPolicy("TERM", Duration.ofSeconds(5)), "/usr/bin/python3", "-c", SERVER);
        return rig.add("web", spec.with(readyBy(check, false)), Lifecycle.NEW, rig.supervisor.newToken(), freePort());
    }

    private void conduct(String how) throws IOException {
        Files.writeString(rig.home.resolve("conduct"), how);
    }

    private CompletableFuture<Outcome> reload(ManagedProcess process) {
        return rig.ask(process, new Wish.Reload("me", false, null));
    }

    private static int port(ManagedProcess process) {
        Integer port = process.port();
        return port == null ? 0 : port;
    }

    private static boolean answers(ManagedProcess process) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(process)), 2000);
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitGone(Identity identity) {
        Await.until("it is gone", Rig.SOON, () -> !rig.host.alive(identity));
    }

    private Run runOf(Identity identity, ManagedProcess process) {
        return rig.runs(process).stream()
                .filter(run -> identity.equals(run.identity()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void the_socket_is_number_three_and_says_for_whom_it_is() throws IOException {
        ManagedProcess web =
                listening("test \"$LISTEN_PID\" = $$ && echo $LISTEN_FDS $LISTEN_FDNAMES $(readlink /proc/$$/fd/3)"
                        + " >said.new && mv said.new \"$TSM_DIR/said\"; exec sleep 1000"
                                .replace("said.new", "$TSM_DIR/said.new"));
        rig.started(web);
        Await.until("it said", Rig.SOON, () -> rig.text("said").startsWith("1 web socket:"));
        assertTrue(answers(web));
        rig.stop(web);
        assertFalse(answers(web));
    }

    @Test
    void the_new_run_is_there_before_the_old_one_is_asked_to_stop() throws IOException {
        ManagedProcess web = rig.started(
                listening(
                        "echo $$ >>$TSM_DIR/pids; trap 'cat $TSM_DIR/pids >$TSM_DIR/seen; exit 0' TERM; while :; do sleep 0.02; done"));
        Identity old = rig.leader(web);
        Outcome.Done done = (Outcome.Done) Rig.get(reload(web));
        assertEquals(Status.ONLINE, done.process().status());
        assertEquals(RunCause.RELOAD, rig.run(web).cause());
        awaitGone(old);
        assertEquals(2, rig.text("seen").lines().count());
        Await.until("its end is known", Rig.SOON, () -> runOf(old, web).exit() != null);
        assertEquals(new Exit.Code(0), runOf(old, web).exit());
        assertEquals(1, done.process().life().restarts());
        assertEquals(
                1,
                rig.living().stream()
                        .filter(p -> p.ppid() == rig.host.self().pid())
                        .count());
    }

    @Test
    void a_new_run_that_fails_leaves_the_old_one_as_it_was() throws IOException {
        ManagedProcess web = rig.started(listening("test -e $TSM_DIR/broken && exit 3; exec sleep 1000"));
        Identity old = rig.leader(web);
        Files.createFile(rig.home.resolve("broken"));
        Outcome.Kept kept = (Outcome.Kept) Rig.get(reload(web));
        assertEquals(new Exit.Code(3), kept.exit());
        assertEquals(old.pid(), kept.process().pid());
        assertEquals(Status.ONLINE, rig.now(web).status());
        assertEquals(0, rig.now(web).life().restarts());
        assertTrue(rig.host.alive(old));
        assertTrue(answers(web));
        // It is supervised as before.
        Files.delete(rig.home.resolve("broken"));
        rig.signal(old, 9);
        Await.until("it runs again", Rig.SOON, () -> {
            Long pid = rig.now(web).pid();
            return pid != null && pid != old.pid() && rig.now(web).status() == Status.ONLINE;
        });
    }

    // --- probes on the socket that both runs have ---

    @ParameterizedTest
    @CsvSource({"http, /", "tcp, own"})
    void a_new_run_that_accepts_nothing_is_not_made_ready_by_the_answers_of_the_old_one(String kind, String target)
            throws IOException {
        conduct("200");
        ManagedProcess web = rig.started(probed(Check.of(kind, target)));
        Identity old = rig.leader(web);
        conduct("deaf");
        Outcome.Kept kept = (Outcome.Kept) Rig.get(reload(web));
        assertTrue(kept.why().contains("another run answers"), kept.why());
        assertEquals(old.pid(), kept.process().pid());
        assertTrue(rig.host.alive(old));
        assertTrue(answers(web));
    }

    @Test
    void a_new_run_that_answers_badly_is_not_made_ready_by_the_answers_of_the_old_one() throws IOException {
        conduct("200");
        ManagedProcess web = rig.started(probed(new Check.Http("/")));
        Identity old = rig.leader(web);
        conduct("500");
        Outcome.Kept kept = (Outcome.Kept) Rig.get(reload(web));
        assertEquals("http /: status 500", kept.why());
        assertTrue(rig.host.alive(old));
        conduct("204");
        assertEquals(
                Status.ONLINE, ((Outcome.Done) Rig.get(reload(web))).process().status());
        awaitGone(old);
    }

    @Test
    void a_stop_in_the_middle_ends_both() throws IOException {
        ManagedProcess web = rig.started(listening("exec sleep 1000"));
        Identity old = rig.leader(web);
        CompletableFuture<Outcome> reloaded = reload(web);
        Await.until("the new one runs", Rig.SOON, () -> {
            Identity now = rig.run(web).identity();
            return now != null && !now.equals(old);
        });
        Identity candidate = rig.leader(web);
        rig.stop(web);
        assertFalse(rig.host.alive(old));
        assertFalse(rig.host.alive(candidate));
        assertEquals(Status.STOPPED, rig.now(web).status());
        assertInstanceOf(Outcome.NotStarted.class, Rig.get(reloaded));
        Await.until(
                "both ends are known", Rig.SOON, () -> rig.runs(web).stream().allMatch(run -> run.exit() != null));
        assertFalse(answers(web));
    }

    @Test
    void a_daemon_that_dies_in_the_middle_leaves_the_old_one_and_the_next_ends_the_new_one() throws Exception {
        ManagedProcess web = rig.started(listening("exec sleep 1000"));
        Identity old = rig.leader(web);
        CompletableFuture<Outcome> cut = reload(web);
        Await.until("the new one runs", Rig.SOON, () -> {
            Identity now = rig.run(web).identity();
            return now != null && !now.equals(old);
        });
        Identity candidate = rig.leader(web);
        assertNotNull(rig.now(web).life().standby());
        rig.recover();
        assertTrue(cut.isDone());
        rig.await(web, Status.ONLINE);
        assertEquals(old.pid(), rig.now(web).pid());
        assertNull(rig.now(web).life().standby());
        awaitGone(candidate);
        Await.until("its end is known", Rig.SOON, () -> runOf(candidate, web).exit() != null);
        assertTrue(rig.host.alive(old));
        assertTrue(answers(web));
        assertInstanceOf(Outcome.Done.class, Rig.get(reload(web)));
        awaitGone(old);
    }

    @Test
    void the_next_daemon_has_the_socket_again_and_hands_it_on() throws Exception {
        ManagedProcess web = rig.started(listening("readlink /proc/$$/fd/3 >>$TSM_DIR/sockets; exec sleep 1000"));
        rig.recover();
        rig.await(web, Status.ONLINE);
        assertTrue(rig.supervisor.listensOn(port(web)));
        assertInstanceOf(Outcome.Done.class, Rig.get(reload(web)));
        Await.until("both wrote", Rig.SOON, () -> rig.text("sockets").lines().count() == 2);
        List<String> sockets = rig.text("sockets").lines().toList();
        assertEquals(sockets.getFirst(), sockets.getLast());
    }

    @Test
    void when_the_old_run_dies_meanwhile_the_new_one_is_the_run_that_follows() throws IOException {
        ManagedProcess web = rig.started(listening("exec sleep 1000"));
        Identity old = rig.leader(web);
        CompletableFuture<Outcome> reloaded = reload(web);
        Await.until("the new one runs", Rig.SOON, () -> {
            Identity now = rig.run(web).identity();
            return now != null && !now.equals(old);
        });
        rig.signal(old, 9);
        assertInstanceOf(Outcome.Done.class, Rig.get(reloaded));
        Await.until("its end is known", Rig.SOON, () -> runOf(old, web).exit() != null);
        assertEquals(Status.ONLINE, rig.now(web).status());
        assertEquals(2, rig.runs(web).size());
    }

    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

    private static SupervisionPolicy readyBy(Check check, boolean message) {
        Probe ready = new Probe(
                ProbePurpose.READY, check, Duration.ofMillis(100), Duration.ofSeconds(1), 1, 3, Duration.ZERO);
        return new SupervisionPolicy(
                new HealthPolicy(null, ready, null, TWO_SECONDS, message),
                OrderPolicy.NONE,
                new InstancePolicy(0, null, "127.0.0.1"),
                TriggerPolicy.NONE,
                LimitPolicy.NONE);
    }

    /** A shell that is ready once it writes "listening", within two seconds; the times of its lines are known. */
    private ManagedProcess logged(String script) throws IOException {
        StopPolicy stop = new StopPolicy("TERM", Duration.ofSeconds(5));
        ProcessSpec spec = Specs.with(Rig.QUICK, stop, "/bin/sh", "-c", script);
        ManagedProcess web = rig.started(rig.add(
                "web",
                spec.with(readyBy(new Check.Log("listening"), false)),
                Lifecycle.NEW,
                rig.supervisor.newToken(),
                freePort()));
        for (LogSource source : rig.logs.sources("web", List.of(LogStream.OUT, LogStream.ERR))) {
            LogScanner.end(source);
        }
        return web;
    }

    private Duration age(ManagedProcess process) {
        Instant started = rig.run(process).startedAt();
        return started == null ? Duration.ZERO : Duration.between(started, Instant.now());
    }

    /** Both write to the same files: only what the old one does not write any more says that the new one is ready. */
    @Test
    void a_new_run_is_not_made_ready_by_the_lines_that_the_old_one_writes() throws IOException {
        ManagedProcess web =
                logged("test -e $TSM_DIR/quiet && exec sleep 1000; while :; do echo listening; sleep 0.05; done");
        Identity old = rig.leader(web);
        Await.until(
                "it writes after its start timeout",
                Rig.SOON,
                () -> age(web).compareTo(TWO_SECONDS.plusMillis(500)) > 0);
        Files.createFile(rig.home.resolve("quiet"));
        Outcome.Kept kept = assertInstanceOf(Outcome.Kept.class, Rig.get(reload(web)));
        assertTrue(kept.why().contains("the run that goes on writes such lines too"), kept.why());
        assertEquals(old.pid(), kept.process().pid());
    }

    @Test
    void a_new_run_is_ready_by_the_line_that_the_old_one_wrote_when_it_got_ready_itself() throws IOException {
        ManagedProcess web = logged("echo listening; exec sleep 1000");
        Identity old = rig.leader(web);
        Await.until("it has lived for its start timeout", Rig.SOON, () -> age(web).compareTo(TWO_SECONDS) > 0);
        assertInstanceOf(Outcome.Done.class, Rig.get(reload(web)));
        assertNotEquals(old, rig.leader(web));
    }

    @Test
    void what_is_reloaded_only_if_it_runs_still_stays_stopped() throws IOException {
        ManagedProcess web = rig.started(listening("exec sleep 1000"));
        rig.stop(web);
        Outcome.Done done =
                assertInstanceOf(Outcome.Done.class, Rig.get(rig.ask(web, new Wish.Reload("me", true, null))));
        assertFalse(done.changed());
        assertEquals(Status.STOPPED, rig.now(web).status());
        assertInstanceOf(Outcome.Done.class, Rig.get(rig.ask(web, new Wish.Reload("me", false, null))));
        rig.await(web, Status.ONLINE);
    }

    /** A program that says when it is asked to stop, by message or signal. */
    private static final String ASKED = """
            const fs = require('fs');
            const told = how => { fs.appendFileSync(process.env.TSM_DIR + '/asked', how + '\\n'); process.exit(0); };
            process.on('message', message => { if (message === 'shutdown') told('message ' + process.env.TSM_RUN); });
            process.on('SIGTERM', () => told('signal ' + process.env.TSM_RUN));
            setInterval(() => {}, 1000);
            if (!fs.existsSync(process.env.TSM_DIR + '/never')) process.send('ready');
            """;

    private ManagedProcess messaged() throws IOException {
        Files.writeString(rig.home.resolve("app.js"), ASKED);
        ProcessSpec spec = Specs.with(
                Rig.QUICK, new StopPolicy("TERM", Duration.ofSeconds(5)), "/usr/bin/node", rig.home + "/app.js");
        ProcessSpec node = Specs.as(Kind.NODE, spec).with(readyBy(new Check.Notify(), true));
        return rig.started(rig.add("web", node, Lifecycle.NEW, rig.supervisor.newToken(), freePort()));
    }

    @Test
    void the_old_run_is_asked_to_stop_by_the_message_that_its_program_waits_for() throws IOException {
        ManagedProcess web = messaged();
        String first = rig.run(web).token();
        assertInstanceOf(Outcome.Done.class, Rig.get(reload(web)));
        String second = rig.run(web).token();
        Await.until("the first was asked", Rig.SOON, () -> rig.text("asked").equals("message " + first));
        rig.stop(web);
        assertEquals("message " + first + "\nmessage " + second, rig.text("asked"));
    }

    @Test
    void a_run_that_goes_on_after_a_failed_reload_is_still_asked_to_stop_by_the_message() throws IOException {
        ManagedProcess web = messaged();
        String first = rig.run(web).token();
        Files.createFile(rig.home.resolve("never"));
        assertInstanceOf(Outcome.Kept.class, Rig.get(reload(web)));
        rig.stop(web);
        assertTrue(rig.text("asked").lines().toList().contains("message " + first), rig.text("asked"));
    }
}

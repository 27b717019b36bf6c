package dev.tetra.tsm.e2e;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One story in a home of its own, in which every command is called and both succeeds and fails, with the exit code that
 * it must have. {@link JsonIT} plays it with {@code --json} and {@link ExitCodesIT} without.
 *
 * <p>A new command needs, and the tests say so when it is missing:
 *
 * <ol>
 *   <li>here, a call that succeeds, and one for each exit code that its {@code exitCodeList} declares: {@link #ok},
 *       {@link #ends} for a code without an error, {@link #fails} for one with an error. A word {@code {name}} stands for
 *       a value that a step {@link #given} has {@linkplain #put put}. What cannot be brought about in a test is listed in
 *       {@link #UNREACHABLE} with its reason;
 *   <li>{@code docs/schema/COMMAND.schema.json}, with {@code -} for the blank in the name of a command of two words; and a
 *       command that has no {@code --json} is listed in {@link JsonIT} with its reason;
 *   <li>a group in {@code HelpText}, and examples in its {@code footer}; then {@code docs/reference} and {@code docs/man}
 *       are written anew as {@code ReferenceTest} says.
 * </ol>
 */
final class CommandCases implements AutoCloseable {
    /** Codes of commands that no test can have come about without harm or luck, as {@code command:code}. */
    static final Map<String, String> UNREACHABLE = Map.of(
            "stop:1",
            "a process that survives SIGKILL hangs in the kernel",
            "delete:1",
            "a process that survives SIGKILL hangs in the kernel",
            "flush:1",
            "root may write every file",
            "init:1",
            "root may write every file",
            "logs:1",
            "root may read every file",
            "service rm:1",
            "root may remove every file",
            "startup uninstall:1",
            "root may remove every file",
            "doctor orphans:1",
            "see DoctorIT");

    private static final Duration SOON = Duration.ofSeconds(20);

    /** What is done before the calls that follow it. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    /**
     * A step of the story.
     *
     * @param command the command that is called; empty for what is done beside
     * @param words what follows it
     * @param error whether an error is told, in place of a result
     */
    record Step(String command, List<String> words, int code, boolean error, String title, Action action) {}

    private final TsmHome tsm;
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, String> values = new HashMap<>();
    private final List<AutoCloseable> held = new ArrayList<>();

    CommandCases(TsmHome tsm) {
        this.tsm = tsm;
        looking();
        starting();
        seeing();
        channels();
        ports();
        services();
        ending();
        daemon();
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    /** The home in which the story takes place. */
    TsmHome tsm() {
        return tsm;
    }

    /** The words of a step as they are now. */
    List<String> words(Step step) {
        return step.words().stream().map(this::filled).toList();
    }

    private String filled(String word) {
        String filled = word;
        for (Map.Entry<String, String> value : values.entrySet()) {
            filled = filled.replace("{" + value.getKey() + "}", value.getValue());
        }
        return filled;
    }

    private void given(String title, Action action) {
        steps.add(new Step("", List.of(), 0, false, title, action));
    }

    private void ok(String command, String... words) {
        call(command, 0, false, words);
    }

    private void ends(int code, String command, String... words) {
        call(command, code, false, words);
    }

    private void fails(int code, String command, String... words) {
        call(command, code, true, words);
    }

    private void call(String command, int code, boolean error, String... words) {
        String title = code + ": tsm " + command + " " + String.join(" ", words);
        steps.add(new Step(command, List.of(words), code, error, title, () -> {}));
    }

    private void put(String name, Object value) {
        values.put(name, String.valueOf(value));
    }

    private void write(String name, String text) throws IOException {
        Path file = tsm.work().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void looking() {
        given("a first daemon, and nothing else", () -> {
            put("port", OwnPort.free());
            put("other", OwnPort.free());
            put("nap", OwnPort.free());
            OwnPort taken = OwnPort.taken();
            held.add(taken);
            put("taken", taken.number());
            write("server.py", """
                    import http.server, os
                    http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
                    """);
            write("worker.sh", "while :; do sleep 0.05; done\n");
            write("late.sh", "test -e late && exit 3; echo hello; echo bad >&2; exec sleep 600\n");
            write("late.py", "import time; time.sleep(600)\n");
            tsm.tsm("daemon", "start").expect(0);
        });
        ok("version");
        ok("help");
        ok("help", "start");
        ok("help", "doctor", "port");
        fails(2, "help", "no-such-command");
        ok("list");
        ok("list", "all");
        ok("list", "available");
        fails(2, "list", "nonsense");
        ok("logs");
        ok("ports");
        ok("doctor");
        ok("ipc list");
        ok("env");
        ok("repl");
        ok("top", "--once");
        fails(2, "top");
        ok("config list");
        ok("config get", "keep-events");
        fails(2, "config get", "keep-nothing");
        ok("config set", "keep-events", "30d");
        fails(2, "config set", "keep-events", "soon");
        ok("config unset", "keep-events");
        hooks();
        ok("shell-init", "bash");
        ok("shell-init", "fish");
        fails(2, "shell-init", "csh");
        ok("classify", "python3", "server.py");
        ok("patterns");
        ok("patterns", "list");
        ok("patterns test", "python3", "server.py");
        ok("patterns test", "--port", "9000", "sleep", "60");
        ok("init", "dev");
        fails(4, "init", "dev");
        given("a file that fails, and a folder", () -> {
            Files.createDirectory(tsm.work().resolve("elsewhere"));
            write("env/bad.env", "A=1\nB=$(no-such-command)\n");
        });
        ok("doctor env", "dev");
        ends(1, "doctor env", "bad");
        fails(1, "doctor env", "nowhere");
    }

    private void hooks() {
        ok("hook list");
        ok("hook add", "cat >/dev/null");
        ok("hook add", "exit 3", "--on", "all");
        fails(3, "hook add", "true", "nobody");
        ok("hook test", "1");
        fails(1, "hook test", "2");
        fails(3, "hook test", "9");
        ok("hook rm", "2");
        fails(3, "hook rm", "2");
        ok("start", "--name", "hooked", "--on", "exit=cat >/dev/null", "sleep", "60");
        fails(1, "hook rm", "3");
        ok("delete", "hooked");
    }

    private void starting() {
        ok("start", "--name", "web", "--exact-name", "--port", "{port}", "--wait", "python3", "server.py");
        ok("start", "--name", "worker", "bash", "worker.sh");
        ok("start", "--name", "late", "bash", "late.sh");
        ok("start", "--name", "one-rest", "-e", "API_KEY=hush", "sleep", "600");
        ok("start", "--name", "two-rest", "--no-wait", "sleep", "601");
        fails(1, "start", "no-such-program");
        fails(2, "start", "--port", "eighty", "sleep", "60");
        fails(2, "start", "--ready-http", "/", "sleep", "60");
        fails(3, "start", "--after", "nobody", "sleep", "60");
        fails(4, "start", "--port", "{taken}", "sleep", "60");
        fails(4, "start", "--name", "one-rest", "sleep", "601");
        fails(5, "start", "--name", "slow", "--port", "{other}", "--wait", "--timeout", "300ms", "python3", "late.py");
        given("a program that dies at once", () -> write("dies.sh", "echo no luck >&2; exit 3\n"));
        fails(1, "start", "--name", "dies", "--restart", "no", "bash", "dies.sh");
    }

    private void seeing() {
        ok("list");
        ok("list", "all");
        ok("info", "web");
        ok("info", "all");
        fails(3, "info", "nobody");
        fails(2, "info", "rest");
        ok("why", "dies");
        ok("why", "all");
        fails(3, "why", "nobody");
        ok("env", "web");
        ok("env", "all");
        fails(3, "env", "nobody");
        ok("logs", "late");
        ok("logs", "all", "--timestamps");
        fails(3, "logs", "nobody");
        ends(3, "wait", "dies");
        ends(3, "wait", "dies", "dies");
        fails(3, "wait", "nobody");
        ok("start", "--name", "told", "--ready-notify", "--no-wait", "sleep", "602");
        ok("ready", "told", "--status", "warming up");
        ok("ready", "told");
        fails(1, "ready", "web");
        fails(2, "ready");
        fails(3, "ready", "nobody");
        ok("events");
        ok("events", "late", "--kind", "start,online");
        fails(2, "events", "--kind", "nonsense");
        fails(3, "events", "nobody");
        ok("sql", "SELECT id, name, created_at, exit_code, cwd LIKE '/%' AS rooted FROM processes");
        ok("sql", "SELECT 1 AS a; SELECT * FROM ports");
        ok("sql", "--recipes");
        ok("sql", "--recipe", "most-restarts");
        ok("sql", "--url");
        fails(1, "sql", "DELETE FROM processes");
        fails(2, "sql", "SELECT statsu FROM processes");
        fails(3, "sql", "--recipe", "no-such-recipe");
        fails(
                5,
                "sql",
                "--timeout",
                "300ms",
                "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) a, SYSTEM_RANGE(1, 100000) b");
        ok("flush", "late");
        ok("flush");
        fails(3, "flush", "nobody");
        ok("signal", "CONT", "late", "one-rest");
        fails(2, "signal", "NOSIG", "late");
        fails(3, "signal", "HUP", "nobody");
        ends(1, "signal", "HUP", "dies");
        fails(2, "stop");
        fails(3, "stop", "nobody");
    }

    private void channels() {
        given("a program that answers on its socket", () -> {
            write("answering.py", """
                    import os, socket
                    s = socket.socket(socket.AF_UNIX)
                    s.bind(os.environ["TSM_SOCKET"] + ".app"); s.listen(64)
                    held = []
                    while True:
                        c, _ = s.accept()
                        line = c.makefile().readline().strip()
                        if line == "hang": held.append(c); continue
                        sick = os.path.exists("sick")
                        answer = ("FAIL out of order" if sick else "PONG") if line == "HEALTH" else "you said " + line
                        c.sendall((answer + "\\n").encode()); c.close()
                    """);
            write("answering.sh", "exec python3 answering.py\n");
            tsm.tsm("start", "--name", "answers", "bash", "answering.sh").expect(0);
            Await.until(
                    "it answers",
                    SOON,
                    () -> tsm.tsm("ipc", "send", "answers", "hello").code() == 0);
        });
        ok("ipc list");
        ok("ipc test", "worker");
        ends(1, "ipc test", "all");
        fails(3, "ipc test", "nobody");
        fails(3, "ipc test", "web");
        ok("ipc send", "worker", "STATUS");
        ok("ipc send", "answers", "hello", "you");
        ends(5, "ipc send", "answers", "hang");
        fails(3, "ipc send", "web", "STATUS");
        ok("socket", "list");
        ok("socket", "status", "worker");
        ends(1, "socket", "health", "all");
        fails(3, "socket", "status", "web");
        fails(2, "socket", "dance", "worker");
        given("it is sick", () -> write("sick", ""));
        ends(1, "socket", "health", "answers");
        ends(1, "ipc send", "answers", "HEALTH");
        ends(1, "ipc test", "answers");
        given("a program that never answers", () -> {
            tsm.tsm("delete", "answers").expect(0);
            Files.delete(tsm.work().resolve("sick"));
            write("deaf.py", """
                    import os, socket, time
                    s = socket.socket(socket.AF_UNIX)
                    path = os.environ["TSM_SOCKET"] + ".app"
                    s.bind(path + ".new"); s.listen(64)
                    os.rename(path + ".new", path)
                    time.sleep(600)
                    """);
            write("deaf.sh", "exec python3 deaf.py\n");
            tsm.tsm("start", "--name", "deaf", "bash", "deaf.sh").expect(0);
            Path socket = tsm.home().resolve("sockets").resolve("deaf.sock.app");
            Await.until("it listens", SOON, () -> Files.exists(socket));
        });
        ends(5, "ipc test", "deaf");
        ends(5, "socket", "health", "deaf");
        ok("ipc cleanup");
    }

    private void ports() {
        ok("ports");
        ok("ports range");
        fails(2, "ports range", "nine");
        given("ports to claim", () -> {
            put("third", OwnPort.free());
            put("free", OwnPort.free());
        });
        ok("ports claim", "{third}");
        ok("ports claim", "--release", "{third}");
        fails(4, "ports claim", "{taken}");
        fails(3, "ports claim", "{third}", "nobody");
        ok("ports claim", "{third}", "one-rest");
        ok("ports cleanup");
        ok("doctor");
        ok("doctor port", "{port}");
        ok("doctor port", "{third}");
        fails(2, "doctor port", "70000");
        fails(3, "doctor kill", "{free}");
        given(
                "the port of the daemon itself",
                () -> put(
                        "control",
                        Files.readAllLines(tsm.home().resolve("control")).get(2)));
        fails(1, "doctor kill", "--yes", "{control}");
        ok("doctor orphans");
        ok("doctor orphans", "--adopt");
        ok("doctor clean");
        ends(1, "doctor clean", "--aggressive");
        given("a server that tsm does not manage", this::stranger);
        fails(2, "doctor kill", "{strange}");
        ok("doctor kill", "--yes", "{strange}");
        given("another", this::stranger);
        ok("kill", "--yes", "port:{strange}");
        fails(3, "kill", "port:{strange}");
        fails(1, "kill", "--yes", "pid:1");
    }

    private void stranger() throws IOException {
        int port = OwnPort.free();
        Process server = tsm.start(List.of("python3", "-m", "http.server", "--bind", "127.0.0.1", "" + port));
        held.add(server::destroyForcibly);
        put("strange", port);
        Await.until(
                "it listens",
                SOON,
                () -> tsm.tsm("doctor", "port", "" + port).out().contains("PID:     " + server.pid()));
    }

    private void services() {
        fails(2, "service");
        fails(2, "service", "dance");
        ok("service list");
        ok("service add", "nap", "--port", "{nap}", "sleep", "602");
        fails(4, "service add", "nap", "sleep", "602");
        fails(2, "service add", "nap");
        ok("service list");
        ok("list", "available");
        ok("show", "nap");
        fails(3, "show", "nobody");
        ok("service export", "nap");
        ok("service export", "nap", "-o", "elsewhere/nap.tsm");
        fails(4, "service export", "nap", "-o", "elsewhere/nap.tsm");
        fails(3, "service export", "nobody");
        ok("service add", "secret", "-e", "API_KEY=hush", "sleep", "603");
        fails(1, "service export", "secret");
        ok("enable", "nap");
        ends(3, "enable", "nap", "nobody");
        fails(3, "enable", "nobody");
        ok("startup");
        ok("startup");
        given("a service whose program is gone", () -> {
            tsm.tsm("service", "add", "gone", "--dir", tsm.work() + "/elsewhere", "./gone.sh")
                    .expect(0);
            tsm.tsm("enable", "gone").expect(0);
        });
        ends(1, "startup");
        ok("disable", "nap", "gone");
        fails(3, "disable", "nobody");
        given("files of services", () -> {
            write("one.tsm", "SERVICE_NAME=one\nSERVICE_COMMAND='sleep 604'\n");
            write("wrong.tsm", "SERVICE_COMAND=x\n");
        });
        ok("service import", "one.tsm");
        given(
                "the same name, for something else",
                () -> write("one.tsm", "SERVICE_NAME=one\nSERVICE_COMMAND='sleep 607'\n"));
        fails(4, "service import", "one.tsm");
        fails(1, "service import", "wrong.tsm");
        given("one more", () -> write("two.tsm", "SERVICE_NAME=two\nSERVICE_COMMAND='sleep 605'\n"));
        ends(1, "service import", "wrong.tsm", "two.tsm");
        fails(1, "enable", "two");
        ok("service rm", "one");
        ends(3, "service rm", "two", "nobody");
        fails(3, "service rm", "nobody");
        ok("save", "kept", "late");
        fails(4, "save", "kept", "late");
        fails(3, "save", "kept", "nobody");
        ok("save pattern", "lates", "late");
        fails(4, "save pattern", "lates", "late");
        fails(3, "save pattern", "others", "nobody");
        given(
                "a shell line",
                () -> tsm.tsm("start", "--name", "piped", "sleep 604 | cat").expect(0));
        fails(1, "save pattern", "pipes", "piped");
        given("no shell line any more", () -> tsm.tsm("delete", "piped").expect(0));
        ok("startup status");
        ok("startup install", "--user", "--print");
        ok("startup install", "--user");
        ok("startup status");
        given("another home's unit", () -> write("../user/.config/systemd/user/tsm.service", "[Unit]\n"));
        fails(4, "startup install", "--user");
        fails(4, "startup uninstall", "--user");
        given(
                "this home's unit again",
                () -> tsm.tsm("startup", "install", "--user", "--replace").expect(0));
        ok("startup uninstall", "--user");
        given(
                "a file in its way",
                () -> tsm.bash("rm -r ~/.config && touch ~/.config").expect(0));
        fails(1, "startup install", "--user");
    }

    private void ending() {
        ok("restart", "late", "one-rest");
        given("it will die at the next start", () -> write("late", ""));
        ends(1, "restart", "late");
        fails(3, "restart", "nobody");
        ok("start", "--name", "many", "-i", "2", "sleep", "600");
        ok("scale", "many", "+1");
        ok("scale", "many", "2");
        fails(2, "scale", "many", "0");
        fails(3, "scale", "nobody", "2");
        ok("start", "--name", "held", "-i", "1", "sleep", "601");
        ok("start", "--name", "held-1", "--exact-name", "sleep", "602");
        fails(4, "scale", "held", "2");
        ok("start", "--name", "odd", "-i", "1", "sh", "-c", "test $TSM_INSTANCE = 0 && exec sleep 603");
        ends(1, "scale", "odd", "2");
        given("a port that is not opened", () -> put("mute", OwnPort.free()));
        String hushed = "test ! -e hush && exec python3 -m http.server --bind 127.0.0.1 $PORT; exec sleep 604";
        ok("start", "--name", "mute", "-i", "2", "--port", "{mute}", "--wait", "sh", "-c", hushed);
        given("a next version that opens it no more", () -> write("hush", ""));
        ends(5, "reload", "mute", "--timeout", "300ms");
        ok("reload", "many");
        fails(3, "reload", "nobody");
        given("a port of its own for a socket that is handed on", () -> put("shared", OwnPort.free()));
        ok("start", "--name", "given", "--listen", "127.0.0.1:{shared}", "sh", "-c", "test ! -e bad && exec sleep 600");
        ok("reload", "given");
        given("its next version is broken", () -> write("bad", ""));
        ends(1, "reload", "given");
        given("and mended", () -> Files.delete(tsm.work().resolve("bad")));
        given("a process at rest whose port a stranger has now", () -> {
            tsm.tsm("stop", "web").expect(0);
            Process server =
                    tsm.start(List.of("python3", "-m", "http.server", "--bind", "127.0.0.1", filled("{port}")));
            held.add(server::destroyForcibly);
            Await.until(
                    "it listens",
                    SOON,
                    () -> tsm.tsm("doctor", "port", filled("{port}")).out().contains("PID:     " + server.pid()));
        });
        ends(4, "restart", "web");
        ok("stop", "worker");
        ok("stop", "worker", "one-rest");
        ok("kill", "deaf");
        ok("kill", "deaf", "worker");
        fails(3, "kill", "nobody");
        ok("delete", "worker");
        fails(3, "delete", "nobody");
        ok("cleanup");
        ok("cleanup");
        ends(0, "doctor healthcheck");
        given("a loose mode", () -> tsm.bash("chmod 777 " + tsm.home()).expect(0));
        ends(1, "doctor healthcheck");
        given("a right one", () -> tsm.bash("chmod 700 " + tsm.home()).expect(0));
    }

    private void daemon() {
        ok("daemon", "status");
        ok("daemon", "start");
        ok("daemon", "logs");
        ok("daemon", "logs", "--lines", "2");
        fails(2, "daemon", "dance");
        fails(2, "daemon", "status", "--all");
        ok("daemon", "restart");
        ok("start", "--name", "last", "sleep", "606");
        ok("daemon", "stop");
        ends(1, "daemon", "status");
        ok("daemon", "stop");
        ok("daemon", "logs");
        fails(2, "daemon", "status", "--nonsense");
        ok("daemon", "stop", "--all");
    }

    @Override
    public void close() {
        try {
            for (AutoCloseable each : held) {
                each.close();
            }
            tsm.close();
        } catch (Exception e) {
            throw new AssertionError("something is left", e);
        }
    }
}

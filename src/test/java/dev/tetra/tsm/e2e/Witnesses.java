package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A home whose processes bear witness: each run writes its name, token and pid down, and holds a lock as long as it or a
 * child in its group lives, so that no two of a process can run at once without a trace. What tsm says is compared with
 * what the machine says.
 */
final class Witnesses implements AutoCloseable {
    /** Long, as machines are busy and some init programs reap only now and then. */
    static final Duration SOON = Duration.ofSeconds(30);

    private static final Pattern TRACE = Pattern.compile("^\\s+at |Exception|\\bError:", Pattern.MULTILINE);

    private static final String PROGRAM = """
            #!/bin/bash
            place=${0%/*}
            exec 9>>"$place/lock.$TSM_NAME"
            # Two may serve at once, while one takes the place of the other.
            [ "$1" = serving ] && exec 8>>"$place/lock2.$TSM_NAME"
            flock -n 9 || { [ "$1" = serving ] && flock -n 8; } || echo "$TSM_NAME $TSM_RUN" >>"$place/doubles"
            echo "$TSM_NAME $TSM_RUN $$ $EPOCHREALTIME" >>"$place/runs"
            case $1 in
                plain) exec sleep 100000 ;;
                serving)
                    test -e "$place/bad" && exit 3
                    exec sleep 100000
                    ;;
                # Lives on until the next daemon is there.
                job) exec sleep 0.1 ;;
                # A child in its group, and one that has left group and session.
                family)
                    sleep 100000 &
                    setsid sleep 100000 9>&- &
                    wait
                    ;;
                stubborn)
                    trap '' TERM
                    exec sleep 100000
                    ;;
                # Says who it is, and a number that counts.
                talker) exec python3 -u -c '
            import os, time
            n = 0
            while True:
                n += 1
                os.write(1, b"%s %d\\n" % (os.environb[b"TSM_RUN"], n))
                time.sleep(0.01)
            ' ;;
                once) exit 0 ;;
            esac
            """;

    /** A command around a run: stops it if it is to, takes a while, and bears witness to its beginning and its end. */
    private static final String AROUND = """
            #!/bin/bash
            place=${0%/*}
            exec 9>>"$place/lock.$TSM_NAME.$TSM_COMMAND"
            flock -n 9 || echo "$TSM_NAME $TSM_RUN $TSM_COMMAND" >>"$place/doubles"
            echo "$TSM_RUN $TSM_COMMAND begun $EPOCHREALTIME" >>"$place/arounds"
            test "$TSM_COMMAND" = stop-command && kill -TERM "$TSM_PID"
            sleep 0.2
            echo "$TSM_RUN $TSM_COMMAND done $EPOCHREALTIME" >>"$place/arounds"
            """;

    private final TsmHome home = TsmHome.create();
    private final Path place = home.work();
    private final Invariants invariants = new Invariants(this);

    /** A process as {@code tsm list all --json} has it. */
    record Listed(int id, String name, String status, String wanted, long pid, int port, String nextRunAt) {
        /** Whether it rests until a time of its schedule. */
        boolean awaitsTime() {
            return status.equals("waiting") && !nextRunAt.isEmpty();
        }

        boolean wantedToRun() {
            return wanted.equals("run");
        }
    }

    /** A living process of the machine that tsm started in this home. */
    record Living(long pid, int id, String run) {
        void kill() {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** What a run wrote down. */
    record Run(String name, String token, long pid, BigDecimal at) {}

    /** What a command around a run wrote down. */
    record Around(String token, String command, boolean done, BigDecimal at) {
        boolean is(String which, String run) {
            return command.equals(which) && token.equals(run);
        }
    }

    Witnesses() throws IOException {
        Files.writeString(place.resolve("witness"), PROGRAM);
        Files.writeString(place.resolve("around"), AROUND);
    }

    TsmHome home() {
        return home;
    }

    /** From its next start, the daemon dies where {@link #arm} says. */
    void mayCrash() {
        home.environment().put("TSM_JAVA_OPTS", "-Dtsm.crash-at=" + place.resolve("crash"));
    }

    void arm(String point) throws IOException {
        Path draft = place.resolve("crash.new");
        Files.writeString(draft, point);
        Files.move(draft, place.resolve("crash"), StandardCopyOption.ATOMIC_MOVE);
    }

    void disarm() throws IOException {
        Files.deleteIfExists(place.resolve("crash"));
    }

    /** Calls tsm; whatever comes of it, it is told in words. */
    Result tsm(String... words) {
        Result result;
        try {
            result = home.tsm(words);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + threads() + "\n" + log(), e);
        }
        String told = String.join(" ", words) + "\n" + result.out() + result.err();
        assertNotEquals(70, result.code(), told);
        // A daemon that died says its last lines, which are a log, and may hold what the log holds.
        if (result.code() != 69) {
            assertFalse(TRACE.matcher(result.err()).find(), told);
        }
        return result;
    }

    /** What the daemon's threads do, for a call that was not answered in time. */
    private String threads() {
        try {
            Path dump = place.resolve("threads");
            String jcmd =
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            new ProcessBuilder(
                            jcmd,
                            String.valueOf(home.daemonPid()),
                            "Thread.dump_to_file",
                            "-overwrite",
                            dump.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(20, TimeUnit.SECONDS);
            return Files.readString(dump);
        } catch (IOException e) {
            return "the daemon's threads are unknown: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "the daemon's threads are unknown";
        }
    }

    /** Starts a witness of a mode; options go before the command. */
    Result start(String name, String mode, String... options) {
        List<String> words = new ArrayList<>(List.of("start", "--name", name));
        words.addAll(List.of(options));
        words.addAll(List.of("bash", place.resolve("witness").toString(), mode));
        return tsm(words.toArray(String[]::new));
    }

    /** The command around a run that bears witness. */
    String around() {
        return "bash '" + place.resolve("around") + "'";
    }

    /** Calls tsm and does not wait for it. */
    Process background(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.launcher().toString()));
        command.addAll(List.of(words));
        return home.start(command);
    }

    /** A file that witnesses look for. */
    Path place(String file) {
        return place.resolve(file);
    }

    void make(String file) throws IOException {
        Files.createFile(place(file));
    }

    void unmake(String file) throws IOException {
        Files.delete(place(file));
    }

    /** What tsm says. */
    List<Listed> list() {
        Result result = tsm("list", "all", "--json").expect(0);
        try {
            return Json.objects(result.outBytes()).stream()
                    .map(o -> new Listed(
                            number(o.get("id")),
                            String.valueOf(o.get("name")),
                            String.valueOf(o.get("status")),
                            String.valueOf(o.get("wanted")),
                            number(o.get("pid")),
                            number(o.get("port")),
                            Objects.toString(o.get("nextRunAt"), "")))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(result.out(), e);
        }
    }

    Optional<Listed> listed(String name) {
        return list().stream().filter(p -> p.name().equals(name)).findFirst();
    }

    private static int number(Object value) {
        return value instanceof Long number ? Math.toIntExact(number) : -1;
    }

    /** What the machine says. */
    List<Living> living() {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            List<Living> found = new ArrayList<>();
            all.filter(path -> Character.isDigit(path.getFileName().toString().charAt(0)))
                    .forEach(path -> {
                        Map<String, String> environment = environment(path);
                        if (home.home().toString().equals(environment.get("TSM_DIR"))
                                && environment.containsKey("TSM_ID")
                                && environment.containsKey("TSM_RUN")) {
                            found.add(new Living(
                                    Long.parseLong(path.getFileName().toString()),
                                    Integer.parseInt(environment.get("TSM_ID")),
                                    environment.get("TSM_RUN")));
                        }
                    });
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Living> living(int id) {
        return living().stream().filter(l -> l.id() == id).toList();
    }

    private static Map<String, String> environment(Path process) {
        Map<String, String> found = new HashMap<>();
        try {
            String all = new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1);
            for (String entry : all.split("\0", -1)) {
                // None of a process that is just being executed: what is read then may be cut.
                int equals = entry.indexOf('=');
                if (entry.startsWith("TSM_") && equals > 0) {
                    found.put(entry.substring(0, equals), entry.substring(equals + 1));
                }
            }
        } catch (IOException gone) {
            return Map.of();
        }
        return found;
    }

    /** The daemon's pid, or empty when none lives. */
    Optional<ProcessHandle> daemon() {
        return ProcessHandle.of(home.daemonPid()).filter(ProcessHandle::isAlive);
    }

    void killDaemon() {
        long pid = home.daemonPid();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        awaitNoDaemon();
    }

    /** Waits until everything of this home that is no managed process is gone. */
    void awaitNoDaemon() {
        Await.until("the daemon died", SOON, () -> {
            Set<Long> managed = living().stream().map(Living::pid).collect(Collectors.toSet());
            return home.processes().stream().allMatch(process -> managed.contains(process.pid()));
        });
    }

    /** The runs that wrote themselves down, in order. */
    List<Run> runs() {
        return lines("runs").stream()
                .map(line -> line.split(" ", 4))
                .map(fields -> new Run(fields[0], fields[1], Long.parseLong(fields[2]), new BigDecimal(fields[3])))
                .toList();
    }

    /** The beginnings and ends of commands around runs, in order. */
    List<Around> arounds() {
        return lines("arounds").stream()
                .map(line -> line.split(" ", 4))
                .map(fields -> new Around(fields[0], fields[1], fields[2].equals("done"), new BigDecimal(fields[3])))
                .toList();
    }

    long runsOf(String name) {
        return runs().stream().filter(run -> run.name().equals(name)).count();
    }

    /** The lines of a file in which runs write, none when it is not there. */
    List<String> lines(String file) {
        try {
            Path path = place.resolve(file);
            return Files.exists(path) ? Files.readAllLines(path) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What must hold of it. */
    Invariants invariants() {
        return invariants;
    }

    /** Whether it is one that is to run once. */
    boolean isJob(String name) {
        return name.startsWith("job");
    }

    /** Whether it was started as a talker, the completeness of whose log is known. */
    boolean talks(String name) {
        return name.startsWith("talker");
    }

    String log() {
        try {
            List<String> lines = Files.readAllLines(home.home().resolve("daemon.log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    /** Kills everything of this home. */
    void endAll() throws IOException {
        // Through an orderly stop this would take longer than most tests.
        disarm();
        Await.until("everything ended", SOON, () -> {
            home.processes().forEach(ProcessHandle::destroyForcibly);
            return home.processes().isEmpty();
        });
    }

    @Override
    public void close() throws IOException {
        endAll();
        home.close();
    }

    /** A list of flat objects; what is nested in them is left out. */
    private static final class Json {
        static List<Map<String, Object>> objects(byte[] text) throws IOException {
            List<Map<String, Object>> all = new ArrayList<>();
            try (JsonParser parser = JsonFactory.builder().build().createParser(text)) {
                assertEquals(JsonToken.START_ARRAY, parser.nextToken(), () -> Arrays.toString(text));
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    all.add(object(parser));
                }
            }
            return all;
        }

        private static Map<String, Object> object(JsonParser parser) throws IOException {
            Map<String, Object> fields = new HashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                switch (parser.nextToken()) {
                    case START_ARRAY, START_OBJECT -> parser.skipChildren();
                    case VALUE_NUMBER_INT -> fields.put(name, parser.getLongValue());
                    case VALUE_NULL -> {}
                    default -> fields.put(name, parser.getText());
                }
            }
            return fields;
        }
    }
}

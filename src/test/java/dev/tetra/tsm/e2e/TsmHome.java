package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tetra.tsm.control.ControlFile;
import dev.tetra.tsm.testing.Await;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A home of its own, short enough for sockets, in which {@code bin/tsm} is called as a user would. Closing it stops the
 * daemon and everything it started, and fails if something is left.
 */
public final class TsmHome implements AutoCloseable {
    private static final Duration CALL = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(15);

    private final Path base;
    private final Path launcher;
    private final Path home;
    private final Map<String, String> environment = new HashMap<>();

    /** What a call gave. */
    public static final class Result {
        private final int code;
        private final byte[] out;
        private final byte[] err;

        private Result(int code, byte[] out, byte[] err) {
            this.code = code;
            this.out = out;
            this.err = err;
        }

        /** Its exit code; 128 and the signal's number when a signal ended it. */
        public int code() {
            return code;
        }

        /** Its stdout. */
        public byte[] outBytes() {
            return out;
        }

        /** Its stdout as text. */
        public String out() {
            return new String(out, StandardCharsets.UTF_8);
        }

        /** Its stderr as text. */
        public String err() {
            return new String(err, StandardCharsets.UTF_8);
        }

        /** This result, if the exit code is the expected one; fails with all output if not. */
        public Result expect(int expected) {
            assertEquals(expected, code, () -> "stdout:\n" + out() + "\nstderr:\n" + err());
            return this;
        }
    }

    private TsmHome(Path base, Path launcher) throws IOException {
        this.base = base;
        this.launcher = launcher;
        this.home = base.resolve("h");
        Files.createDirectory(work());
        Files.createDirectory(base.resolve("user"));
        environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("HOME", base.resolve("user").toString());
        environment.put("LANG", "C.UTF-8");
        environment.put("TSM_JAVA", System.getProperty("java.home"));
        environment.put("TSM_DIR", home.toString());
    }

    /** A home for the tsm that was built. */
    public static TsmHome create() throws IOException {
        return new TsmHome(
                Files.createTempDirectory(Path.of("/tmp"), "t"), Path.of(System.getProperty("tsm.root"), "bin", "tsm"));
    }

    /** A home for the launcher that was built, with another daemon's main class, found on the test's class path. */
    public static TsmHome withDaemon(Class<?> main) throws IOException {
        Path base = Files.createTempDirectory(Path.of("/tmp"), "t");
        Path root = base.resolve("root");
        Files.createDirectories(root.resolve("bin"));
        Files.createDirectories(root.resolve("target"));
        Path launcher = root.resolve("bin").resolve("tsm");
        Files.copy(Path.of(System.getProperty("tsm.root"), "bin", "tsm"), launcher);
        launcher.toFile().setExecutable(true);
        Files.writeString(root.resolve("target").resolve("tsm.build"), "0.0.0+1\n");
        writeJar(root.resolve("target").resolve("tsm.jar"), main);
        return new TsmHome(base, launcher);
    }

    /** A home for the tsm that was built, in a clone of a few files whose {@code mvn} is {@link #builds counted}. */
    public static TsmHome inClone() throws IOException {
        Path base = Files.createTempDirectory(Path.of("/tmp"), "t");
        Path built = Path.of(System.getProperty("tsm.root"));
        Path root = base.resolve("root");
        Path target = Files.createDirectories(root.resolve("target"));
        Path launcher = Files.createDirectories(root.resolve("bin")).resolve("tsm");
        Files.copy(built.resolve("bin").resolve("tsm"), launcher, StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(root.resolve("pom.xml"), "<project/>\n");
        Files.writeString(root.resolve("patterns.txt"), "");
        Files.createDirectories(root.resolve("db").resolve("migration"));
        Path java = Files.createDirectories(root.resolve("src").resolve("main").resolve("java"));
        Files.writeString(java.resolve("Main.java"), "class Main {}\n");
        Files.createSymbolicLink(target.resolve("lib"), built.resolve("target").resolve("lib"));
        Files.copy(built.resolve("target").resolve("tsm.build"), target.resolve("tsm.build"));
        Files.copy(built.resolve("target").resolve("tsm.jar"), target.resolve("saved.jar"));
        Files.copy(target.resolve("saved.jar"), target.resolve("tsm.jar"));
        Path tools = Files.createDirectory(base.resolve("tools"));
        Path mvn = Files.writeString(
                tools.resolve("mvn"), "#!/bin/sh\necho built >>target/builds\ncp target/saved.jar target/tsm.jar\n");
        mvn.toFile().setExecutable(true);
        TsmHome tsm = new TsmHome(base, launcher);
        tsm.environment.merge("PATH", tools + ":", (path, before) -> before + path);
        return tsm;
    }

    /** How often the clone was built. */
    public int builds() throws IOException {
        Path builds = launcher.resolveSibling("../target/builds").normalize();
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    private static void writeJar(Path jar, Class<?> main) throws IOException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" "));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    }

    /** {@code TSM_DIR}; does not exist before the first call. */
    public Path home() {
        return home;
    }

    /** The working directory of calls, empty at first. */
    public Path work() {
        return base.resolve("work");
    }

    /** The launcher that calls run. */
    public Path launcher() {
        return launcher;
    }

    /** The environment of calls, to be changed at will. */
    public Map<String, String> environment() {
        return environment;
    }

    /** Calls {@code tsm} with these words. */
    public Result tsm(String... words) {
        List<String> command = new ArrayList<>();
        command.add(launcher.toString());
        command.addAll(List.of(words));
        return run(command, new byte[0]);
    }

    /** Runs a bash script in which {@code tsm} is this launcher. */
    public Result bash(String script) {
        return run(List.of("bash", "-c", "tsm() { " + launcher + " \"$@\"; }\n" + script, "bash"), new byte[0]);
    }

    /** Runs a command in the working directory and the environment of calls. */
    public Result run(List<String> command, byte[] stdin) {
        try {
            Process process = start(command);
            CompletableFuture<byte[]> out = reading(process.getInputStream());
            CompletableFuture<byte[]> err = reading(process.getErrorStream());
            try (OutputStream in = process.getOutputStream()) {
                in.write(stdin);
            } catch (IOException closed) {
                // A program need not read its input.
            }
            if (!process.waitFor(CALL.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError("not within " + CALL.toSeconds() + " s: " + command);
            }
            return new Result(
                    process.exitValue(), out.get(CALL.toSeconds(), TimeUnit.SECONDS), err.get(10, TimeUnit.SECONDS));
        } catch (Exception e) {
            throw new AssertionError("can't run " + command, e);
        }
    }

    /** Starts a command in the working directory and the environment of calls. */
    public Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(work().toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** In a thread of its own: the common pool has but one on a machine with two cores, and a slow call would keep it. */
    private static CompletableFuture<byte[]> reading(InputStream in) {
        return CompletableFuture.supplyAsync(
                () -> readAll(in),
                task -> Thread.ofPlatform().daemon().name("output of tsm").start(task));
    }

    private static byte[] readAll(InputStream in) {
        try (in) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pid of the daemon that the control file names. */
    public long daemonPid() {
        try {
            return ControlFile.read(home).orElseThrow().pid();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The living processes that have this home in their environment: the daemon and all it started. */
    public List<ProcessHandle> processes() {
        byte[] wanted = ("TSM_DIR=" + home + "\0").getBytes(StandardCharsets.UTF_8);
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .filter(path -> contains(environ(path), wanted))
                    .map(path ->
                            ProcessHandle.of(Long.parseLong(path.getFileName().toString())))
                    .flatMap(java.util.Optional::stream)
                    .filter(ProcessHandle::isAlive)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] environ(Path process) {
        try {
            return Files.readAllBytes(process.resolve("environ"));
        } catch (IOException gone) {
            return new byte[0];
        }
    }

    private static boolean contains(byte[] text, byte[] part) {
        for (int at = 0; at + part.length <= text.length; at++) {
            if ((at == 0 || text[at - 1] == 0) && Arrays.equals(text, at, at + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        String left = "";
        if (!processes().isEmpty()) {
            tsm("daemon", "stop", "--all");
            try {
                Await.until("everything ended", STOP, () -> processes().isEmpty());
            } catch (AssertionError e) {
                left = processes().stream()
                        .map(process -> process.pid() + " "
                                + process.info().commandLine().orElse("?"))
                        .collect(Collectors.joining("\n"));
                processes().forEach(ProcessHandle::destroyForcibly);
            }
        }
        delete();
        assertEquals("", left, "processes that outlived 'tsm daemon stop --all'");
    }

    private void delete() throws IOException {
        try (Stream<Path> all = Files.walk(base)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

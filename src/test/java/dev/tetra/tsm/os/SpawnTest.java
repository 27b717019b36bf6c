package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpawnTest {
    private final Sandbox box = new Sandbox();

    @AfterEach
    void close() throws IOException {
        box.close();
    }

    @Test
    void a_child_leads_a_session_and_a_group_of_its_own() throws SpawnException {
        Sandbox.Child child = box.start("sleep 60");
        ProcessInfo info = box.host.processes().get(child.identity().pid()).orElseThrow();
        assertEquals(info.pid(), info.sid());
        assertEquals(info.pid(), info.pgid());
        assertEquals(box.host.self().pid(), info.ppid());
        assertEquals(child.identity(), info.identity(box.host.bootId()));
        assertTrue(box.host.alive(child.identity()));
    }

    @Test
    void a_child_inherits_no_descriptor() throws Exception {
        try (var file = Files.newInputStream(Path.of("/dev/zero"));
                Frame frame = new Frame()) {
            int inheritable = frame.call(Libc.Files.OPEN, frame.text("/dev/zero"), 0);
            box.start(box.request("/bin/ls", List.of("ls", "/proc/self/fd"))).end();
            frame.call(Libc.Files.CLOSE, inheritable);
            assertEquals(0, file.read());
        }
        // 3 is the folder that ls itself opens to list it.
        assertEquals("0\n1\n2\n3\n", box.written());
    }

    @Test
    void a_child_has_the_descriptors_it_is_given_and_no_other() throws Exception {
        Path one = Files.writeString(box.folder.resolve("one"), "one\n");
        Path two = Files.writeString(box.folder.resolve("two"), "two\n");
        try (Frame frame = new Frame()) {
            int cloexec = Platform.current().oCloexec;
            int first = frame.call(Libc.Files.OPEN, frame.text(one.toString()), cloexec);
            int second = frame.call(Libc.Files.OPEN, frame.text(two.toString()), cloexec);
            // Each takes the number of the other, and 9 leaves a hole below it.
            start(
                            "readlink /proc/$$/fd/* | sort; cat <&" + second,
                            new SpawnRequest.Inherited(first, second),
                            new SpawnRequest.Inherited(second, first),
                            new SpawnRequest.Inherited(second, second + 5))
                    .end();
            frame.call(Libc.Files.CLOSE, first);
            frame.call(Libc.Files.CLOSE, second);
        }
        List<String> lines =
                box.written().lines().filter(line -> !line.startsWith("pipe:")).toList();
        assertEquals(
                List.of("/dev/null", one.toString(), box.err(), box.out(), two.toString(), two.toString(), "one")
                        .stream()
                        .sorted()
                        .toList(),
                lines.stream().sorted().toList());
    }

    @Test
    void a_child_may_have_a_descriptor_under_our_own_number() throws Exception {
        Path file = Files.writeString(box.folder.resolve("file"), "hello\n");
        try (Frame frame = new Frame()) {
            int ours = frame.call(Libc.Files.OPEN, frame.text(file.toString()), Platform.current().oCloexec);
            start("cat <&" + ours, new SpawnRequest.Inherited(ours, ours)).end();
            frame.call(Libc.Files.CLOSE, ours);
        }
        assertEquals("hello\n", box.written());
    }

    @Test
    void two_descriptors_cannot_have_one_number() {
        var twice = List.of(new SpawnRequest.Inherited(7, 3), new SpawnRequest.Inherited(8, 3));
        assertThrows(
                IllegalArgumentException.class,
                () -> new SpawnRequest("/bin/sh", List.of("sh"), List.of(), "/", box.out(), box.err(), 0, twice, null));
        assertThrows(IllegalArgumentException.class, () -> new SpawnRequest.Inherited(7, 2));
    }

    private Sandbox.Child start(String script, SpawnRequest.Inherited... inherited) throws SpawnException {
        SpawnRequest plain = box.request("/bin/bash", List.of("bash", "-c", script));
        return box.start(new SpawnRequest(
                plain.executable(),
                plain.argv(),
                plain.environment(),
                plain.cwd(),
                plain.stdout(),
                plain.stderr(),
                plain.umask(),
                List.of(inherited),
                null));
    }

    @Test
    void a_child_starts_with_default_signals_even_if_ours_are_ignored() throws SpawnException {
        try (Frame frame = new Frame()) {
            long before = frame.callLong(Libc.Processes.SIGNAL, Signals.number("USR2"), 1);
            box.start(box.request("/bin/grep", List.of("grep", "-E", "SigIgn|SigBlk", "/proc/self/status")))
                    .end();
            frame.callLong(Libc.Processes.SIGNAL, Signals.number("USR2"), before);
        }
        // 32 and 33 are glibc's own (nptl(7)); its posix_spawn leaves them ignored.
        assertEquals("SigBlk:\t0000000000000000\nSigIgn:\t0000000180000000\n", box.written());
    }

    @Test
    void a_child_has_its_folder_its_umask_and_only_its_environment() throws Exception {
        SpawnRequest plain = box.shell("pwd; umask; cat; tr '\\0' '\\n' </proc/self/environ");
        List<String> environment = List.of("PATH=/usr/bin:/bin", "WORD=gr\uDCFC\uDCDFe", "EMPTY=");
        box.start(new SpawnRequest(plain.executable(), plain.argv(), environment, "/usr", box.out(), box.err(), 0027))
                .end();
        String latin1 = Files.readString(Path.of(box.out()), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertTrue(latin1.startsWith("/usr\n0027\n"), latin1);
        assertTrue(latin1.contains("WORD=gr\u00FC\u00DFe\n") && latin1.contains("EMPTY=\n"), latin1);
        assertFalse(latin1.contains("HOME="), latin1);
    }

    @Test
    void our_own_umask_is_as_before() throws Exception {
        Path before = Files.createFile(box.folder.resolve("before"));
        SpawnRequest plain = box.shell("true");
        box.start(new SpawnRequest("/bin/sh", plain.argv(), plain.environment(), "/", box.out(), box.err(), 0777))
                .end();
        Path after = Files.createDirectory(box.folder.resolve("after"));
        assertTrue(Files.isWritable(after));
        assertEquals(
                Files.getPosixFilePermissions(before),
                Files.getPosixFilePermissions(Files.createFile(box.folder.resolve("then"))));
    }

    @Test
    void output_is_appended_to_files_that_only_the_user_may_read() throws Exception {
        box.start("echo one; echo bad >&2").end();
        box.start("echo two").end();
        assertEquals("one\ntwo\n", box.written());
        assertEquals("bad\n", Files.readString(Path.of(box.err())));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(box.out()))));
    }

    @Test
    void a_missing_program_is_named_at_once() {
        SpawnException e = failure(box.request("/no/such/program", List.of("x")));
        assertEquals("/no/such/program: No such file or directory (ENOENT)", e.getMessage());
        assertEquals("ENOENT", e.errnoName());
        assertEquals(SpawnException.Step.EXECUTABLE, e.step());
    }

    @Test
    void a_program_that_may_not_be_executed_is_named() throws IOException {
        Path file = Files.writeString(box.folder.resolve("plain"), "echo hi");
        SpawnException e = failure(box.request(file.toString(), List.of("plain")));
        assertEquals(file + ": Permission denied (EACCES)", e.getMessage());
        assertEquals(SpawnException.Step.EXECUTABLE, e.step());
    }

    @Test
    void a_missing_folder_is_not_taken_for_a_missing_program() {
        SpawnRequest plain = box.shell("true");
        SpawnException e = failure(
                new SpawnRequest("/bin/sh", plain.argv(), plain.environment(), "/no/such", box.out(), box.err(), 0));
        assertEquals("the working directory /no/such: No such file or directory (ENOENT)", e.getMessage());
        assertEquals(SpawnException.Step.WORKING_DIRECTORY, e.step());
    }

    @Test
    void what_was_executed_has_made_its_mark_and_what_could_not_be_opened_is_named() throws Exception {
        Path mark = box.folder.resolve("mark");
        box.start(box.shell("true").marking(mark.toString()));
        assertTrue(Files.exists(mark));
        SpawnException e = failure(box.shell("true").marking("/no/such/mark"));
        assertEquals("the mark of its execution /no/such/mark: No such file or directory (ENOENT)", e.getMessage());
        assertEquals(SpawnException.Step.OUTPUT, e.step());
    }

    @Test
    void a_log_that_cannot_be_opened_is_named() {
        SpawnRequest plain = box.shell("true");
        SpawnException e = failure(
                new SpawnRequest("/bin/sh", plain.argv(), plain.environment(), "/", box.out(), "/no/such/err.log", 0));
        assertEquals("the log /no/such/err.log: No such file or directory (ENOENT)", e.getMessage());
        assertEquals(SpawnException.Step.OUTPUT, e.step());
    }

    @Test
    void a_script_whose_interpreter_is_missing_says_so() throws IOException {
        Path script = script("#!/no/such/interpreter -x\n");
        SpawnException e = failure(box.request(script.toString(), List.of("script")));
        assertEquals(
                "the interpreter /no/such/interpreter of " + script + ": No such file or directory (ENOENT)",
                e.getMessage());
    }

    @Test
    void a_script_without_a_first_line_is_run_by_sh() throws Exception {
        Path script = script("echo \"$0 $1\"; exit 4\n");
        Sandbox.Child child = box.start(box.request(script.toString(), List.of("anything", "a b")));
        assertEquals(new Exit.Code(4), child.end());
        assertEquals(script + " a b\n", box.written());
    }

    @Test
    void a_file_of_rubbish_is_not_given_to_sh() throws IOException {
        Path rubbish = script("\0\0\0\0");
        SpawnException e = failure(box.request(rubbish.toString(), List.of("rubbish")));
        assertEquals(rubbish + ": Exec format error (ENOEXEC)", e.getMessage());
    }

    @Test
    void a_nul_in_a_word_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> box.request("/bin/sh", List.of("a\0b")));
    }

    @Test
    void codes_and_signals_are_told_apart() throws SpawnException {
        assertEquals(new Exit.Code(0), box.start("exit 0").end());
        assertEquals(new Exit.Code(143), box.start("exit 143").end());
        assertEquals(new Exit.Code(255), box.start("exit 255").end());
        assertEquals(new Exit.Signalled(15, "TERM"), box.start("kill -TERM $$").end());
        assertEquals(
                new Exit.Signalled(6, "ABRT"),
                box.start("ulimit -c 0; kill -ABRT $$").end());
    }

    @Test
    void three_hundred_quick_children_are_each_reported_once() throws Exception {
        List<Long> before = own();
        List<Sandbox.Child> children = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            children.add(box.start("exit " + i % 256));
        }
        for (int i = 0; i < 300; i++) {
            assertEquals(new Exit.Code(i % 256), children.get(i).end());
        }
        noneLeftBut(before);
        children.forEach(child -> assertEquals(1, child.told().all.size()));
    }

    @Test
    void failed_spawns_leave_no_zombie_and_disturb_no_child() throws Exception {
        List<Long> before = own();
        List<Sandbox.Child> children = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            failure(box.request("/no/such/program", List.of("x")));
            children.add(box.start("exit 3"));
        }
        children.forEach(child -> assertEquals(new Exit.Code(3), child.end()));
        noneLeftBut(before);
    }

    /** The children of this program, zombies too; other tests may have left one that is ending. */
    private List<Long> own() {
        return box.host.processes().children(box.host.self().pid()).stream()
                .map(ProcessInfo::pid)
                .toList();
    }

    private void noneLeftBut(List<Long> before) {
        try {
            Await.until("no child left", Sandbox.SOON, () -> before.containsAll(own()));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ": " + own() + ", before " + before, e);
        }
    }

    private Path script(String text) throws IOException {
        Path script = Files.writeString(box.folder.resolve("script"), text);
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    private SpawnException failure(SpawnRequest request) {
        return assertThrows(
                SpawnException.class,
                () -> box.host.spawn(request, exit -> {
                    throw new AssertionError("told of an end without a start");
                }));
    }
}

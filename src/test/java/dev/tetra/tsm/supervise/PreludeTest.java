package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Hosts;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.os.SpawnRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreludeTest {
    @TempDir
    Path folder;

    private Host host;

    @BeforeEach
    void open() {
        host = Hosts.forThisMachine();
    }

    @AfterEach
    void close() {
        host.close();
    }

    private record Ended(Identity identity, Exit exit) {}

    private SpawnRequest request(List<String> environment, String executable, String... argv) {
        return new SpawnRequest(
                executable,
                List.of(argv),
                environment,
                folder.toString(),
                folder.resolve("out").toString(),
                folder.resolve("err").toString(),
                0022);
    }

    private Ended run(SpawnRequest request) throws Exception {
        CompletableFuture<Exit> exit = new CompletableFuture<>();
        Identity identity = host.spawn(request, exit::complete);
        return new Ended(identity, exit.get(10, TimeUnit.SECONDS));
    }

    private String text(String file) throws IOException {
        return Files.readString(folder.resolve(file));
    }

    @Test
    void nothing_to_be_done_leaves_a_request_as_it_is() {
        SpawnRequest plain = request(List.of(), "/bin/true", "true");
        assertTrue(Prelude.NONE.empty());
        assertSame(plain, Prelude.NONE.before(plain));
    }

    @Test
    void it_becomes_the_program_in_the_same_pid() throws Exception {
        SpawnRequest program = request(List.of("PATH=/usr/bin:/bin"), "/bin/sh", "sh", "-c", "echo $$ $LISTEN_PID");
        Ended ended = run(Prelude.NONE.thenOwnPid("LISTEN_PID").before(program));
        assertEquals(new Exit.Code(0), ended.exit());
        long pid = ended.identity().pid();
        assertEquals(pid + " " + pid + "\n", text("out"));
    }

    @Test
    void words_of_any_content_stay_words() throws Exception {
        String wild = "a'b\"c $(touch owned) `x` \\ \n;* é";
        SpawnRequest program = request(List.of(), "/usr/bin/printf", "printf", "%s|", wild, "", "-n", "--", "$1");
        Prelude prelude = Prelude.NONE
                .then("printf '%s:' \"$1\" \"$2\"", List.of(wild, "$0"), wild)
                .thenOwnPid("LISTEN_PID");
        assertEquals(new Exit.Code(0), run(prelude.before(program)).exit());
        assertEquals(wild + ":$0:" + wild + "||-n|--|$1|", text("out"));
        assertTrue(Files.notExists(folder.resolve("owned")));
    }

    @Test
    void what_fails_is_said_and_ends_it_with_a_code_of_its_own() throws Exception {
        SpawnRequest program = request(List.of(), "/bin/touch", "touch", "ran");
        Prelude prelude = Prelude.NONE
                .then("echo 1 >\"$1\"", List.of(folder + "/none/such"), "cannot write 'none/such'")
                .thenOwnPid("LISTEN_PID");
        assertEquals(new Exit.Code(Prelude.FAILED), run(prelude.before(program)).exit());
        assertTrue(text("err").endsWith("tsm: cannot write 'none/such'\n"), text("err"));
        assertTrue(Files.notExists(folder.resolve("ran")));
    }

    @Test
    void it_goes_through_programs_that_execute_what_follows() throws Exception {
        SpawnRequest program = request(List.of("PATH=/usr/bin:/bin"), "/bin/sh", "sh", "-c", "echo $$ $B $A");
        Prelude prelude = Prelude.NONE.through(List.of("/usr/bin/env", "A=1")).through(List.of("/usr/bin/env", "B=2"));
        long pid = run(prelude.before(program)).identity().pid();
        run(prelude.thenOwnPid("A").before(program));
        List<String> lines = text("out").lines().toList();
        assertEquals(pid + " 2 1", lines.getFirst());
        assertTrue(lines.getLast().endsWith(" 2 1"), lines.getLast());
    }

    @Test
    void variables_that_no_shell_can_name_reach_the_program() throws Exception {
        List<String> environment = List.of("spring.name=x", "PLAIN=y", "BASH_ENV=" + folder.resolve("owned.sh"));
        Files.writeString(folder.resolve("owned.sh"), "touch owned");
        run(Prelude.NONE.thenOwnPid("LISTEN_PID").before(request(environment, "/usr/bin/env", "env")));
        List<String> all = text("out").lines().toList();
        assertTrue(all.containsAll(environment), all.toString());
        assertTrue(Files.notExists(folder.resolve("owned")));
    }

    @Test
    void a_program_without_a_slash_is_the_one_in_the_folder() throws Exception {
        Path program = Files.writeString(folder.resolve("env"), "#!/bin/sh\necho mine\n");
        assertTrue(program.toFile().setExecutable(true));
        run(Prelude.NONE.thenOwnPid("LISTEN_PID").before(request(List.of("PATH=/usr/bin:/bin"), "env", "env")));
        assertEquals("mine\n", text("out"));
    }

    @Test
    void a_program_that_cannot_be_executed_is_found_before() throws Exception {
        Path script = Files.writeString(folder.resolve("script"), "#!/none/such\n");
        SpawnRequest request = request(List.of(), script.toString(), "script");
        SpawnException denied = assertThrows(SpawnException.class, () -> host.requireExecutable(request));
        assertEquals(SpawnException.Step.EXECUTABLE, denied.step());
        assertTrue(script.toFile().setExecutable(true));
        SpawnException interpreter = assertThrows(SpawnException.class, () -> host.requireExecutable(request));
        assertEquals(SpawnException.Step.INTERPRETER, interpreter.step());
        Files.writeString(script, "#!/bin/sh\n");
        host.requireExecutable(request);
    }
}

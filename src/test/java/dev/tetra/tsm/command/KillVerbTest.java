package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.os.SpawnRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillVerbTest {
    @TempDir
    private Path folder;

    private Desk desk;
    private Identity stranger;
    private final CompletableFuture<Exit> end = new CompletableFuture<>();

    @BeforeEach
    void open() throws IOException, SpawnException {
        desk = new Desk(folder);
        stranger = desk.host.spawn(
                new SpawnRequest(
                        "/bin/sleep",
                        List.of("sleep", "1000"),
                        List.of(),
                        "/",
                        folder.resolve("out").toString(),
                        folder.resolve("err").toString(),
                        0022),
                end::complete);
    }

    @AfterEach
    void close() throws Exception {
        desk.host.signal(stranger, 9);
        end.get(10, TimeUnit.SECONDS);
        desk.close();
    }

    private String target() {
        return "pid:" + stranger.pid();
    }

    @Test
    void nothing_is_killed_without_a_yes() {
        assertEquals(0, desk.tell("start", "--name", "web", "sleep", "1000").code());
        Desk.Told nobody = desk.tell("kill", "web", target());
        assertEquals(2, nobody.code());
        assertTrue(nobody.err().contains("sleep 1000") && nobody.err().contains("--yes"), nobody.err());
        ScriptedTerminal unwilling = ScriptedTerminal.answering("");
        assertEquals(1, desk.tell(unwilling, "kill", "web", target()).code());
        assertTrue(unwilling.questions().getFirst().contains("pid " + stranger.pid()));
        assertTrue(desk.host.alive(stranger));
        assertEquals(Status.ONLINE, desk.process("web").status());
    }

    @Test
    void a_yes_kills_and_the_process_is_gone_then() {
        Desk.Told told = desk.tell(ScriptedTerminal.answering(" Y "), "kill", target());
        assertEquals(0, told.code(), told.err());
        assertTrue(told.out().startsWith("killed pid " + stranger.pid()), told.out());
        assertFalse(desk.host.alive(stranger));
    }

    @Test
    void with_yes_no_question_is_asked() {
        ScriptedTerminal terminal = ScriptedTerminal.answering("n");
        assertEquals(0, desk.tell(terminal, "kill", "-y", target()).code());
        assertEquals(List.of(), terminal.questions());
        assertFalse(desk.host.alive(stranger));
    }

    @Test
    void a_namespace_keeps_strangers_out() {
        assertEquals(3, desk.tell("kill", "-y", "-n", "ops", target()).code());
        assertTrue(desk.host.alive(stranger));
    }

    @Test
    void a_managed_process_is_killed_without_a_question_and_stays_stopped() {
        assertEquals(0, desk.tell("start", "--name", "web", "sleep", "1000").code());
        assertEquals("web (ID 0) killed\n", desk.tell("kill", "web").out());
        assertEquals(Status.STOPPED, desk.process("web").status());
        assertEquals(
                "web (ID 0) was stopped already\n", desk.tell("kill", "web").out());
    }
}

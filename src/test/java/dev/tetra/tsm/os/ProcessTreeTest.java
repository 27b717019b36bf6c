package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProcessTreeTest {
    /** Runs the words after it in a process group of their own, in the same session. */
    private static final String OWN_GROUP =
            "/usr/bin/python3 -c " + "'import os, sys; os.setpgid(0, 0); os.execvp(sys.argv[1], sys.argv[1:])' ";

    private final Sandbox box = new Sandbox();
    private final String token = "run-" + System.nanoTime();

    @AfterEach
    void close() throws IOException {
        // What left its session is not ended by the sandbox.
        for (ProcessTree.Member member : members(new Identity(1_000_000_000L, 0, ""))) {
            box.host.signal(member.identity(), Signals.KILL);
        }
        box.close();
    }

    private Sandbox.Child start(String script) throws SpawnException {
        SpawnRequest plain = box.shell(script);
        List<String> environment = new ArrayList<>(plain.environment());
        environment.add("TSM_RUN=" + token);
        return box.start(new SpawnRequest(
                plain.executable(), plain.argv(), environment, plain.cwd(), plain.stdout(), plain.stderr(), 0077));
    }

    private List<ProcessTree.Member> members(Identity leader) {
        return ProcessTree.now(box.host).members(new ProcessTree.Scope(leader, token));
    }

    private long pid(String file) throws IOException {
        Await.until(file, Sandbox.SOON, () -> box.exists(file));
        long pid = Long.parseLong(
                Files.readString(Path.of(box.folder.toString(), file)).strip());
        // The program that moved the file into place may be there a moment longer.
        Await.until(
                "no helper of " + file,
                Sandbox.SOON,
                () -> ProcessHandle.of(pid).orElseThrow().children().noneMatch(ProcessHandle::isAlive));
        return pid;
    }

    private static List<Long> pids(List<ProcessTree.Member> members) {
        return members.stream().map(member -> member.identity().pid()).toList();
    }

    /** A shell word that writes its pid and waits. */
    private static String sleeper(String file) {
        return "sh -c \"echo \\$\\$ >" + file + ".new; mv " + file + ".new " + file + "; exec sleep 60\"";
    }

    @Test
    void a_grandchild_in_a_session_of_its_own_belongs() throws Exception {
        Sandbox.Child child = start("env -u TSM_RUN setsid " + sleeper("a") + " & wait");
        long grandchild = pid("a");
        List<Long> found = pids(members(child.identity()));
        assertEquals(child.identity().pid(), found.getFirst());
        assertTrue(found.contains(grandchild), found.toString());
        assertFalse(found.contains(box.host.self().pid()) || found.contains(1L));
    }

    @Test
    void a_daemonised_grandchild_is_found_by_its_token_after_the_leader_ended() throws Exception {
        Sandbox.Child child = start("(setsid " + sleeper("a") + " &) ; exit 0");
        child.end();
        long orphan = pid("a");
        assertEquals(List.of(orphan), pids(members(child.identity())));
        assertTrue(ProcessTree.now(box.host).tokens().containsKey(token));
    }

    @Test
    void an_orphan_without_the_token_is_found_by_the_group_of_a_leader_seen_to_end() throws Exception {
        Sandbox.Child child = start("(env -u TSM_RUN " + sleeper("a") + " &) ; sleep 0.1; exit 0");
        long orphan = pid("a");
        child.end();
        Identity leader = child.identity();
        assertEquals(List.of(), pids(members(leader)));
        ProcessTree tree = ProcessTree.now(box.host);
        List<ProcessTree.Member> seen = tree.members(new ProcessTree.Scope(leader, token, true, List.of()));
        assertEquals(List.of(orphan), pids(seen));
        List<Identity> known = List.of(seen.getFirst().identity());
        assertEquals(List.of(orphan), pids(tree.members(new ProcessTree.Scope(leader, token, false, known))));
        assertTrue(box.host.signal(seen.getFirst().identity(), Signals.KILL));
    }

    @Test
    void an_orphan_in_another_group_of_the_session_belongs() throws Exception {
        Sandbox.Child child = start("(env -u TSM_RUN " + OWN_GROUP + sleeper("a") + " &); exec sleep 60");
        long orphan = pid("a");
        ProcessInfo info = box.host.processes().get(orphan).orElseThrow();
        assertEquals(orphan, info.pgid());
        List<ProcessTree.Member> found = members(child.identity());
        assertEquals(List.of(child.identity().pid(), orphan), pids(found));
        assertTrue(box.host.signal(found.getLast().identity(), Signals.KILL));
    }

    @Test
    void an_orphan_in_the_group_of_a_leader_without_a_session_belongs() throws Exception {
        String script = "echo $$ >l.new; mv l.new l; (env -u TSM_RUN " + sleeper("a") + " &); exec sleep 60";
        Files.writeString(box.folder.resolve("lead"), script);
        start(OWN_GROUP + "sh lead & wait");
        long leader = pid("l");
        long orphan = pid("a");
        ProcessInfo info = box.host.processes().get(leader).orElseThrow();
        assertEquals(leader, info.pgid());
        List<ProcessTree.Member> found =
                ProcessTree.now(box.host).members(new ProcessTree.Scope(info.identity(box.host.bootId()), ""));
        assertEquals(List.of(leader, orphan), pids(found));
        assertTrue(box.host.signal(found.getLast().identity(), Signals.KILL));
    }

    @Test
    void what_a_reused_pid_leads_does_not_belong() throws Exception {
        Identity real = box.start("sleep 60 & wait").identity();
        Identity earlier = new Identity(real.pid(), real.startTicks() - 1, real.bootId());
        ProcessTree tree = ProcessTree.now(box.host);
        assertEquals(List.of(), tree.members(new ProcessTree.Scope(earlier, token, true, List.of(earlier))));
    }

    @Test
    void zombies_do_not_belong() throws Exception {
        Sandbox.Child child = start("sh -c 'echo x >a' & exec sleep 60");
        Await.until(
                "a zombie",
                Sandbox.SOON,
                () -> box.exists("a")
                        && box.host.processes().children(child.identity().pid()).stream()
                                .anyMatch(ProcessInfo::dead));
        assertEquals(List.of(child.identity().pid()), pids(members(child.identity())));
    }

    @Test
    void a_name_with_spaces_and_parentheses_does_not_shift_the_fields() throws Exception {
        Path program = box.folder.resolve("a) R 1 (b");
        Files.copy(Path.of("/bin/sleep"), program);
        Sandbox.Child child = box.start(box.request(program.toString(), List.of("x", "60")));
        ProcessInfo info = box.host.processes().get(child.identity().pid()).orElseThrow();
        assertEquals("a) R 1 (b", info.comm());
        assertEquals(box.host.self().pid(), info.ppid());
        assertEquals(child.identity().pid(), info.sid());
    }

    @Test
    void a_process_tells_its_words_folder_environment_and_use() throws Exception {
        Sandbox.Child child = start("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo >a; sleep 60");
        long pid = child.identity().pid();
        Await.until("work is done", Sandbox.SOON, () -> box.exists("a"));
        ProcessInfo info = box.host.processes().get(pid).orElseThrow();
        assertTrue(info.cpuNanos() > 10_000_000L, info.toString());
        assertTrue(info.rssBytes() > 100_000L && info.rssBytes() < 100_000_000L, info.toString());
        assertEquals("sh", box.host.commandLine(pid).getFirst());
        assertEquals(box.folder.toString(), box.host.workingDirectory(pid).orElseThrow());
        assertEquals(token, box.host.environment(pid).orElseThrow().get("TSM_RUN"));
        assertEquals(token, box.host.environmentVariable(pid, "TSM_RUN").orElseThrow());
        assertTrue(box.host.environmentVariable(pid, "TSM_RU").isEmpty());
        assertTrue(box.host.environment(1_000_000_000L).isEmpty());
    }

    /** For a part of each execution the kernel shows no environment, in which alone the token is. */
    @Test
    void a_process_has_its_environment_also_while_it_executes_a_program() throws Exception {
        Files.writeString(
                box.folder.resolve("next"),
                "test $1 = 0 && echo >a && exec sleep 60\nexec env -u NOT_THERE sh next $(($1 - 1))\n");
        long pid = start("exec sh next 200").identity().pid();
        int reads = 0;
        while (!box.exists("a")) {
            assertEquals(token, box.host.environmentVariable(pid, "TSM_RUN").orElse("none"), reads + " reads");
            assertEquals(token, box.host.environment(pid).orElseThrow().get("TSM_RUN"), reads + " reads");
            reads++;
        }
        assertTrue(reads > 100, reads + " reads");
    }

    @Test
    void a_process_without_an_environment_has_none() throws Exception {
        long pid = start("exec env -i sleep 60").identity().pid();
        Await.until("executed", Sandbox.SOON, () -> box.host.commandLine(pid).equals(List.of("sleep", "60")));
        assertEquals(Map.of(), box.host.environment(pid).orElseThrow());
        assertTrue(box.host.environmentVariable(pid, "TSM_RUN").isEmpty());
    }

    @Test
    void one_scan_agrees_with_the_machine() {
        ProcessTable table = box.host.processes();
        ProcessInfo self = table.get(box.host.self().pid()).orElseThrow();
        assertEquals(ProcessHandle.current().pid(), self.pid());
        assertEquals(ProcessHandle.current().parent().orElseThrow().pid(), self.ppid());
        assertEquals(System.getProperty("user.name"), box.host.userName(self.uid()));
    }
}

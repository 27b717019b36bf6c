package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdoptTest {
    private final Sandbox box = new Sandbox();

    @AfterEach
    void close() throws IOException {
        box.close();
    }

    private Sandbox.Child adopt(Identity identity) {
        Sandbox.End told = new Sandbox.End();
        assertTrue(box.host.adopt(identity, told));
        return new Sandbox.Child(identity, told);
    }

    @Test
    void the_exit_code_of_a_process_that_is_not_our_child_is_known() throws SpawnException {
        Identity stranger = box.stranger("while ! test -e go; do sleep 0.01; done; exit 7");
        Sandbox.Child adopted = adopt(stranger);
        assertEquals(0, adopted.told().all.size());
        box.start("touch go").end();
        assertEquals(new Exit.Code(7), adopted.end());
        assertFalse(box.host.alive(stranger));
        assertFalse(box.host.adopt(stranger, exit -> {}));
    }

    @Test
    void the_signal_that_ended_a_process_that_is_not_our_child_is_known() throws SpawnException {
        Sandbox.Child adopted = adopt(box.stranger("exec sleep 60"));
        assertTrue(box.host.signal(adopted.identity(), Signals.KILL));
        assertEquals(new Exit.Signalled(9, "KILL"), adopted.end());
    }

    @Test
    void without_pidfd_the_end_is_seen_and_said_to_be_unknown() throws SpawnException {
        Identity stranger = box.stranger("exec sleep 60");
        Sandbox.End told = new Sandbox.End();
        try (PollingWatcher watcher = new PollingWatcher(box.host::alive)) {
            assertTrue(watcher.watch(stranger, told));
            assertTrue(box.host.signal(stranger, Signals.KILL));
            assertEquals(PollingWatcher.UNKNOWN, new Sandbox.Child(stranger, told).end());
            assertFalse(watcher.watch(stranger, told));
        }
    }

    @Test
    void a_child_that_another_life_of_the_daemon_started_is_watched_and_its_unclaimed_end_kept() throws Exception {
        // A second host in this program stands for the daemon after it replaced itself: it knows none of its children.
        Sandbox.Child running = box.start("while ! test -e go; do sleep 0.01; done; exit 5");
        Sandbox.Child ended = box.start("while ! test -e first; do sleep 0.01; done; exit 6");
        box.host.close();
        try (Host next = Hosts.forThisMachine()) {
            box.touch("first");
            Await.until(
                    "the zombie is reaped",
                    Sandbox.SOON,
                    () -> next.processes().get(ended.identity().pid()).isEmpty());
            assertTrue(next.adopt(ended.identity(), ended.told()));
            assertEquals(new Exit.Code(6), ended.end());
            assertTrue(next.adopt(running.identity(), running.told()));
            box.touch("go");
            assertEquals(new Exit.Code(5), running.end());
            assertFalse(next.adopt(ended.identity(), exit -> {}));
        }
    }

    @Test
    void ends_that_nobody_claims_are_forgotten_when_told_to() throws Exception {
        Sandbox.Child before = box.start("while ! test -e first; do sleep 0.01; done");
        Sandbox.Child after = box.start("while ! test -e then; do sleep 0.01; done");
        box.host.close();
        AtomicBoolean told = new AtomicBoolean();
        try (Host next = Hosts.forThisMachine()) {
            endUnclaimed(next, before, "first");
            next.forgetUnclaimed();
            endUnclaimed(next, after, "then");
            assertFalse(next.adopt(before.identity(), exit -> told.set(true)));
            assertFalse(next.adopt(after.identity(), exit -> told.set(true)));
        }
        assertFalse(told.get());
    }

    private void endUnclaimed(Host host, Sandbox.Child child, String file) throws IOException {
        box.touch(file);
        Await.until(
                "the zombie is reaped",
                Sandbox.SOON,
                () -> host.processes().get(child.identity().pid()).isEmpty());
        // Its first host is closed and will not tell.
        child.told().accept(new Exit.Code(0));
    }
}

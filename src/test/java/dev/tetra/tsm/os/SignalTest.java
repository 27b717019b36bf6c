package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SignalTest {
    private final Sandbox box = new Sandbox();

    @AfterEach
    void close() throws IOException {
        box.close();
    }

    @Test
    void a_signal_reaches_the_process() throws SpawnException {
        Sandbox.Child child = box.start("exec sleep 60");
        assertTrue(box.host.signal(child.identity(), Signals.TERM));
        assertEquals(new Exit.Signalled(15, "TERM"), child.end());
        assertFalse(box.host.alive(child.identity()));
        assertFalse(box.host.signal(child.identity(), Signals.TERM));
    }

    @Test
    void a_process_that_only_has_the_same_pid_is_not_signalled() throws SpawnException {
        Sandbox.Child child = box.start("exec sleep 60");
        Identity real = child.identity();
        Identity earlier = new Identity(real.pid(), real.startTicks() - 1, real.bootId());
        Identity otherBoot = new Identity(real.pid(), real.startTicks(), "another boot");
        for (Identity wrong : new Identity[] {earlier, otherBoot}) {
            assertFalse(box.host.alive(wrong));
            assertFalse(box.host.signal(wrong, Signals.KILL));
            assertFalse(box.host.signalGroup(wrong, Signals.KILL));
            assertFalse(box.host.adopt(wrong, exit -> {}));
        }
        assertTrue(box.host.alive(real));
        assertEquals(0, child.told().all.size());
    }

    @Test
    void a_group_signal_reaches_all_of_the_group() throws SpawnException {
        Sandbox.Child child = box.start("sleep 60 & sleep 60 & wait");
        long group = child.identity().pid();
        Await.until(
                "three members",
                Sandbox.SOON,
                () -> box.host.processes().group(group).size() == 3);
        assertTrue(box.host.groupExists(group));
        assertTrue(box.host.signalGroup(child.identity(), Signals.KILL));
        assertEquals(new Exit.Signalled(9, "KILL"), child.end());
        Await.until("an empty group", Sandbox.SOON, () -> !box.host.groupExists(group));
    }

    @Test
    void a_group_is_not_signalled_through_a_member_that_does_not_lead_it() throws SpawnException {
        Sandbox.Child child = box.start("sleep 60 & wait");
        long group = child.identity().pid();
        Await.until(
                "two members",
                Sandbox.SOON,
                () -> box.host.processes().group(group).size() == 2);
        ProcessInfo member = box.host.processes().children(group).getFirst();
        assertFalse(box.host.signalGroup(member.identity(box.host.bootId()), Signals.KILL));
        assertTrue(box.host.alive(child.identity()));
    }

    @Test
    void groups_that_mean_everybody_are_refused() {
        assertThrows(IllegalArgumentException.class, () -> box.host.groupExists(0));
        assertThrows(IllegalArgumentException.class, () -> box.host.groupExists(1));
    }

    @Test
    void signals_have_their_names() {
        assertEquals(15, Signals.number("TERM"));
        assertEquals(15, Signals.number("sigterm"));
        assertEquals(15, Signals.number("15"));
        assertEquals(37, Signals.number("SIGRTMIN+3"));
        assertEquals("USR1", Signals.name(10));
        assertEquals("CONT", Signals.name(Signals.CONT));
        assertEquals("RTMIN+3", Signals.name(37));
        for (String wrong : new String[] {"", "NOPE", "0", "65", "-9", "999", "RTMIN+40"}) {
            assertThrows(TsmException.Usage.class, () -> Signals.number(wrong), wrong);
        }
    }
}

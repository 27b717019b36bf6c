package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Sample;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.testing.Await;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final Duration KILL = Duration.ofSeconds(2);

    private Rig rig;
    private Sampler sampler;

    @BeforeEach
    void begin() {
        rig = new Rig();
        sampler = new Sampler(rig.store, rig.host, rig.supervisor::running, Clock.systemUTC());
    }

    @AfterEach
    void end() throws Exception {
        rig.close();
    }

    private ManagedProcess started(String name, String script) {
        return rig.started(rig.add(name, RestartPolicy.DEFAULT, KILL, script));
    }

    private List<Sample> samples(ManagedProcess process) {
        return rig.store.call(tx -> tx.samples().of(process.key()));
    }

    private static Instant ago(int minutes) {
        return Instant.now().minus(Duration.ofMinutes(minutes));
    }

    @Test
    void a_sample_is_of_the_whole_tree() {
        ManagedProcess alone = started("alone", "exec sleep 60");
        ManagedProcess tree = started("tree", "sleep 60 & sleep 60 & wait");
        Await.until("the tree is there", Rig.SOON, () -> {
            sampler.sample(Instant.now());
            return samples(tree).getLast().processes() == 3;
        });
        assertEquals(1, samples(alone).getLast().processes());
        assertTrue(
                samples(tree).getLast().memoryBytes() > samples(alone).getLast().memoryBytes());
    }

    @Test
    void what_left_its_session_still_counts() {
        String leave = "(setsid sh -c 'sleep 60 & echo $! > " + rig.home + "/gone; wait' &)";
        ManagedProcess process = started("daemonizes", leave + "; exec sleep 60");
        rig.number("gone");
        sampler.sample(Instant.now());
        assertEquals(3, samples(process).getLast().processes());
    }

    @Test
    void an_hour_is_kept_and_no_more() {
        ManagedProcess process = started("web", "exec sleep 60");
        Instant now = Instant.now();
        for (int minute = 150; minute >= 0; minute--) {
            sampler.sample(now.minus(Duration.ofMinutes(minute)));
        }
        List<Sample> kept = samples(process);
        assertEquals(60, kept.size());
        assertTrue(kept.getFirst().at().isAfter(ago(60)), kept.getFirst().toString());
        assertEquals(now.toEpochMilli(), kept.getLast().at().toEpochMilli());
    }

    @Test
    void what_was_deleted_has_no_samples() {
        ManagedProcess process = started("web", "exec sleep 60");
        sampler.sample(ago(1));
        assertEquals(1, samples(process).size());
        rig.stop(process);
        rig.delete(process);
        assertEquals(List.of(), samples(process));
        sampler.sample(Instant.now());
        assertEquals(List.of(), samples(process));
    }

    @Test
    void what_was_deleted_while_it_was_looked_at_loses_its_sample_with_the_next() {
        ManagedProcess process = started("web", "exec sleep 60");
        ManagedProcess running = rig.now(process);
        AtomicReference<List<ManagedProcess>> seen = new AtomicReference<>(List.of(running));
        Sampler late = new Sampler(rig.store, rig.host, seen::get, Clock.systemUTC());
        rig.store.run(tx -> tx.processes().delete(process.key()));
        late.sample(ago(1));
        assertEquals(1, samples(process).size());
        seen.set(List.of());
        late.sample(Instant.now());
        assertEquals(List.of(), samples(process));
    }

    @Test
    void a_new_daemon_sweeps_out_what_is_old_or_of_deleted_processes() {
        ManagedProcess kept = started("kept", "exec sleep 60");
        ManagedProcess deleted = started("deleted", "exec sleep 60");
        sampler.sample(ago(70));
        sampler.sample(ago(1));
        rig.stop(deleted);
        rig.store.run(tx -> tx.processes().delete(deleted.key()));
        sampler.sample(ago(3));
        rig.store.run(tx -> tx.samples().sweep());
        assertEquals(2, samples(kept).size());
        assertEquals(List.of(), samples(deleted));
    }

    @Test
    void a_restart_does_not_make_the_share_negative_or_absurd() {
        ManagedProcess busy = started("busy", "while :; do :; done");
        sampler.sample(ago(2));
        rig.restart(busy, true);
        sampler.sample(ago(1));
        sampler.sample(Instant.now());
        List<Sample> samples = samples(busy);
        assertEquals(3, samples.size());
        assertEquals(1, samples.getLast().restarts());
        int cores = Runtime.getRuntime().availableProcessors();
        for (Sample sample : samples) {
            assertTrue(sample.cpuPercent() >= 0 && sample.cpuPercent() <= 100.0 * cores + 50, sample.toString());
        }
    }

    @Test
    void work_done_by_children_that_have_ended_counts() {
        ManagedProcess forks =
                started("forks", "while :; do /bin/sh -c 'i=0; while [ $i -lt 4000 ]; do i=$((i+1)); done'; done");
        Usage usage = new Usage(Usage.Reach.LINKED);
        List<ManagedProcess> processes = List.of(rig.now(forks));
        // Its children do the work and never live long; by the leader's own time it would look idle.
        Await.until("the share shows the children's work", Rig.SOON, () -> {
            Usage.Used used = usage.now(processes, ProcessTree.now(rig.host), Instant.now())
                    .getOrDefault(forks.key(), new Usage.Used(0, 0, List.of()));
            ProcessInfo leader = used.tree().getFirst();
            return leader.childrenCpuNanos() > 4 * leader.cpuNanos() && used.cpuPercent() > 20;
        });
    }
}

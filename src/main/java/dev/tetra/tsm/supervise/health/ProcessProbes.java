package dev.tetra.tsm.supervise.health;

import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.HealthReport;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.os.Mail;
import dev.tetra.tsm.spec.NotifyMessage;
import dev.tetra.tsm.supervise.Attendant;
import dev.tetra.tsm.supervise.Equipment;
import dev.tetra.tsm.supervise.Launch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the health of one process: has its present run probed, and hears what the program tells of itself. Followed
 * by its supervisor's thread alone; what is heard comes on another.
 */
final class ProcessProbes implements Attendant {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessProbes.class);
    private static final byte[] SHUTDOWN = "\"shutdown\"\n".getBytes(StandardCharsets.UTF_8);
    /** Between two complaints. */
    private static final Duration QUIET = Duration.ofSeconds(60);

    private final Probing with;
    private final long key;
    private final Teller teller;

    private volatile @Nullable Present present;
    private Mail.@Nullable Post post;
    private Mail.@Nullable Channel channel;
    /** That of the run which goes on until the present one is ready, and is then asked to stop by it. */
    private @Nullable Replaced replaced;

    private boolean shutdownMessage;
    private boolean complained;
    private long lastComplaint;

    /**
     * The run that is going on, and who may speak for it.
     *
     * @param leader null until it was spawned
     */
    private record Present(
            RunProbes probes, String token, @Nullable Identity leader) {}

    /** The channel of an earlier run. */
    private record Replaced(String token, Mail.Channel channel) {}

    ProcessProbes(Probing with, long key, Teller teller) {
        this.with = with;
        this.key = key;
        this.teller = teller;
    }

    @Override
    public void equip(ManagedProcess process, Run planned, Equipment equipment) {
        HealthPolicy policy = process.spec().supervision().health();
        closeReplaced();
        Present before = present;
        if (process.life().standby() != null && before != null && channel != null) {
            replaced = new Replaced(before.token(), channel);
            channel = null;
        }
        endRun();
        if (policy.equals(HealthPolicy.NONE)) {
            return;
        }
        shutdownMessage = policy.shutdownMessage();
        present =
                new Present(with.probes(process, planned, true, teller, () -> leader(planned)), planned.token(), null);
        if (policy.notified()) {
            try {
                listen();
            } catch (IOException e) {
                throw new IllegalStateException("its NOTIFY_SOCKET cannot be made: " + e.getMessage(), e);
            }
        }
        if (policy.channel(process.spec().kind())) {
            giveChannel(planned.token(), equipment);
        }
    }

    /** As a Node program does for its own children (child_process, subprocess.send). */
    private void giveChannel(String token, Equipment equipment) {
        try {
            NodeMessages messages = new NodeMessages(message -> told(token, message));
            Mail.Channel made = with.mail().channel(messages::take);
            channel = made;
            equipment.variable("NODE_CHANNEL_FD", String.valueOf(equipment.hand(made.theirs())));
            equipment.variable("NODE_CHANNEL_SERIALIZATION_MODE", "json");
            equipment.afterwards(made::handedOn);
        } catch (IOException e) {
            throw new IllegalStateException("its NODE_CHANNEL_FD cannot be made: " + e.getMessage(), e);
        }
    }

    @Override
    public void follow(ManagedProcess process) {
        HealthPolicy policy = process.spec().supervision().health();
        Run run = process.run();
        Status status = process.status();
        boolean runs = process.withoutStandby().pid() != null && (status == Status.STARTING || status == Status.ONLINE);
        if (runs && run != null && !policy.equals(HealthPolicy.NONE)) {
            goesOn(process, run, policy);
            return;
        }
        Present before = present;
        if (before != null && status != Status.STARTING) {
            before.probes().end();
            before.probes().follow(process);
        }
        if (status.settled()) {
            forget();
        }
    }

    private void goesOn(ManagedProcess process, Run run, HealthPolicy policy) {
        Present before = present;
        boolean same = before != null && before.probes().generation() == run.generation();
        Present now = new Present(
                same && before != null ? before.probes() : with.probes(process, run, false, teller, () -> leader(run)),
                run.token(),
                run.identity());
        present = now;
        if (!same) {
            shutdownMessage = policy.shutdownMessage();
            if (before != null) {
                before.probes().end();
            }
            takeBack(run);
        }
        if (policy.notified()) {
            try {
                listen();
            } catch (IOException e) {
                LOG.warn("{} cannot tell of itself: {}", process.label(), e.getMessage());
            }
        }
        if (process.status() == Status.ONLINE || policy.gated()) {
            now.probes().follow(process);
        }
    }

    /** The run that was to be replaced goes on in the end. */
    private void takeBack(Run run) {
        Replaced old = replaced;
        if (old != null && old.token().equals(run.token())) {
            replaced = null;
            if (channel != null) {
                channel.close();
            }
            channel = old.channel();
        }
    }

    /** Who leads a run; null when it was not executed yet, or is not the present one any more. */
    private @Nullable Identity leader(Run run) {
        Present now = present;
        return now != null && now.token().equals(run.token()) ? now.leader() : null;
    }

    private void listen() throws IOException {
        if (post == null) {
            Path folder = with.home().resolve("sockets");
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            post = with.mail().bind(path(), this::received);
        }
    }

    private Path path() {
        return Launch.notifySocket(with.home(), key);
    }

    // --- what the program tells ---

    private void received(Mail.Letter letter) {
        NotifyMessage message = NotifyMessage.parse(letter.text());
        Present now = present;
        if (now == null || message.empty()) {
            return;
        }
        if (!with.mayTell(letter, now.token(), now.leader())) {
            complain(letter.pid());
            return;
        }
        Long main = message.mainPid();
        boolean stranger = main != null && !with.belongs(main, now.token(), now.leader(), false);
        now.probes().told(stranger ? message.withoutMainPid() : message);
    }

    /** Of a stranger, but not of each of his messages: the log is not his to fill. Called by the reading thread alone. */
    private void complain(long pid) {
        long now = System.nanoTime();
        if (!complained || now - lastComplaint > QUIET.toNanos()) {
            complained = true;
            lastComplaint = now;
            LOG.warn(
                    "a message of pid {}, which is none of process {}, was left out, as are others within {} s",
                    pid,
                    key,
                    QUIET.toSeconds());
        }
    }

    private void told(String token, NotifyMessage message) {
        Present now = present;
        if (now != null && now.token().equals(token)) {
            now.probes().told(message);
        }
    }

    /** Takes what somebody tells in the program's place; false when it does not run, or nobody asks for that. */
    boolean tell(NotifyMessage message) {
        Present now = present;
        if (now == null || !now.probes().policy().notified()) {
            return false;
        }
        now.probes().told(message);
        return true;
    }

    HealthReport report() {
        Present now = present;
        return now == null ? HealthReport.NONE : now.probes().report();
    }

    @Override
    public boolean askToStop() {
        return shutdownMessage && channel != null && channel.send(SHUTDOWN);
    }

    @Override
    public boolean askReplacedToStop() {
        return shutdownMessage && replaced != null && replaced.channel().send(SHUTDOWN);
    }

    private void closeReplaced() {
        if (replaced != null) {
            replaced.channel().close();
            replaced = null;
        }
    }

    private void endRun() {
        Present before = present;
        if (before != null) {
            before.probes().end();
            present = null;
        }
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    private void forget() {
        endRun();
        closeReplaced();
        if (post != null) {
            post.close();
            post = null;
            try {
                Files.deleteIfExists(path());
            } catch (IOException e) {
                LOG.warn("{} stays: {}", path(), e.getMessage());
            }
        }
    }

    /** The process may go on, and tells the next daemon at the same path. */
    @Override
    public void close() {
        endRun();
        closeReplaced();
        if (post != null) {
            post.close();
            post = null;
        }
        with.gone(key, this);
    }
}

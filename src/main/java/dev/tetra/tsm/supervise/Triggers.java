package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.os.Host;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks after what besides its end has a process run, run again, or end: its schedule, its watch, its bounds. For a
 * process that has none of it nothing is made.
 */
public final class Triggers implements Attendant.Maker {
    private final Clock clock;
    private final Path home;
    private final MemoryLooks memory;
    private final FolderEvents folders = new FolderEvents();

    /**
     * For the processes of a home.
     *
     * @param home whose files are never watched
     */
    public Triggers(Host host, Clock clock, Path home) {
        this.clock = clock;
        this.home = home;
        this.memory = new MemoryLooks(host, clock);
    }

    @Override
    public Attendant of(ManagedProcess process, Attendant.Teller teller) {
        return new All(teller);
    }

    /** How many folders are watched for changes. */
    int watchedFolders() {
        return folders.count();
    }

    private final class All implements Attendant {
        private final Teller teller;
        private @Nullable Attendant schedule;
        private @Nullable Attendant watch;
        private @Nullable Attendant maxMemory;
        private @Nullable Attendant maxRuntime;

        All(Teller teller) {
            this.teller = teller;
        }

        @Override
        public void follow(ManagedProcess process) {
            TriggerPolicy policy = process.spec().supervision().triggers();
            schedule = follow(schedule, policy.cron() != null, () -> new Schedule(clock, teller), process);
            watch = follow(watch, !policy.watch().isEmpty(), () -> new Watch(folders, home, teller), process);
            maxMemory = follow(maxMemory, policy.maxMemory() > 0, () -> new MaxMemory(memory, teller), process);
            maxRuntime =
                    follow(maxRuntime, !policy.maxRuntime().isZero(), () -> new MaxRuntime(clock, teller), process);
        }

        private static @Nullable Attendant follow(
                @Nullable Attendant made, boolean needed, Supplier<Attendant> maker, ManagedProcess process) {
            if (made == null && !needed) {
                return null;
            }
            if (made != null && !needed) {
                made.close();
                return null;
            }
            Attendant present = made == null ? maker.get() : made;
            present.follow(process);
            return present;
        }

        @Override
        public void close() {
            close(schedule);
            close(watch);
            close(maxMemory);
            close(maxRuntime);
        }

        private static void close(@Nullable Attendant made) {
            if (made != null) {
                made.close();
            }
        }
    }
}

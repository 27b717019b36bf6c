package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.Supervision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The use case of {@code tsm doctor healthcheck}: whether all that tsm needs is there and in order. */
public final class Health {
    private static final int JAVA = 25;
    private static final long LITTLE_SPACE = 100L << 20;
    private static final Duration OLD_BACKUP = Duration.ofDays(3);
    private static final String SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

    private final Supervision with;
    private final PatternBook patterns;
    private final Orphans orphans;
    private final PortDoctor ports;

    Health(Supervision with, PatternBook patterns, Orphans orphans, PortDoctor ports) {
        this.with = with;
        this.patterns = patterns;
        this.orphans = orphans;
        this.ports = ports;
    }

    /**
     * What the daemon says of itself.
     *
     * @param build which build of tsm it is
     * @param launcherBuild which build the launcher is that asks; empty when unknown
     * @param notices what was to be told about how it came up
     */
    public record Self(long pid, String build, String launcherBuild, List<String> notices) {}

    /**
     * What tsm works with.
     *
     * @param database its file
     * @param schema the version it is at
     * @param java the version of the Java that runs the daemon
     */
    public record Settings(Path home, Path database, long databaseBytes, int schema, String java, String javaHome) {}

    /** What tsm works with. */
    public Settings settings() {
        Store.State state = with.store().state();
        return new Settings(
                with.home(),
                state.file(),
                state.bytes(),
                state.schema(),
                Runtime.version().toString(),
                System.getProperty("java.home", ""));
    }

    /** Looks at everything. */
    public List<Finding> check(Self self, Caller caller) {
        List<Finding> all = new ArrayList<>();
        home(all);
        java(all);
        database(all);
        daemon(self, all);
        tools(caller, all);
        processes(all);
        return all;
    }

    private void home(List<Finding> to) {
        String group = "Home";
        Path home = with.home();
        mode(to, group, home, "rwx------");
        for (String folder : List.of("logs", "sockets", "backups")) {
            mode(to, group, home.resolve(folder), "rwx------");
        }
        for (String file : List.of("control", "db.secret", "run.key", "tsm.mv.db")) {
            mode(to, group, home.resolve(file), "rw-------");
        }
        try {
            long free = Files.getFileStore(home).getUsableSpace();
            to.add(
                    free < LITTLE_SPACE
                            ? Finding.warn(
                                    group,
                                    "only " + (free >> 20) + " MB are free on its disk",
                                    "make room; a full disk loses what programs write")
                            : Finding.ok(group, (free >> 20) + " MB are free on its disk"));
        } catch (IOException e) {
            to.add(Finding.warn(group, "the free space on its disk cannot be told: " + e.getMessage(), ""));
        }
    }

    /** Everything in the home is the user's alone; what is not there yet is no fault. */
    private static void mode(List<Finding> to, String group, Path path, String allowed) {
        try {
            if (!Files.exists(path)) {
                return;
            }
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
            Set<PosixFilePermission> right = PosixFilePermissions.fromString(allowed);
            String shown = path + " has mode " + PosixFilePermissions.toString(mode);
            if (right.containsAll(mode)) {
                to.add(Finding.ok(group, shown));
            } else {
                to.add(Finding.fail(
                        group,
                        shown + ", so others get at it",
                        "chmod " + (Files.isDirectory(path) ? "700 " : "600 ") + path));
            }
        } catch (IOException e) {
            to.add(Finding.fail(group, path + " cannot be looked at: " + e.getMessage(), "look at its rights"));
        }
    }

    private static void java(List<Finding> to) {
        String group = "Java";
        Runtime.Version version = Runtime.version();
        String folder = System.getProperty("java.home", "");
        to.add(
                version.feature() >= JAVA
                        ? Finding.ok(group, "Java " + version + " in " + folder)
                        : Finding.fail(group, "Java " + version + " is too old", "install Java " + JAVA));
        if (!Files.isDirectory(Path.of(folder))) {
            to.add(Finding.warn(
                    group,
                    "the folder of the daemon's Java is gone: " + folder,
                    "tsm daemon restart takes the Java that is there now"));
        }
    }

    private void database(List<Finding> to) {
        String group = "Database";
        try {
            Store.State state = with.store().state();
            String at = state.file() + " opens, schema " + state.schema();
            to.add(
                    state.schema() == state.newest()
                            ? Finding.ok(group, at + ", which is the newest")
                            : Finding.fail(
                                    group,
                                    at + ", and this tsm knows " + state.newest(),
                                    "tsm daemon restart brings it to the newest"));
            Instant backup = state.backup();
            if (backup == null) {
                to.add(Finding.ok(group, "there is no backup yet; one is written each day"));
            } else if (backup.plus(OLD_BACKUP).isBefore(with.clock().instant())) {
                to.add(Finding.warn(
                        group, "the newest backup is from " + backup, "'tsm daemon logs' says why none is newer"));
            } else {
                to.add(Finding.ok(group, "the newest backup is from " + backup));
            }
        } catch (TsmException e) {
            to.add(Finding.fail(group, e.getMessage(), e.hint()));
        }
    }

    private static void daemon(Self self, List<Finding> to) {
        String group = "Daemon";
        to.add(Finding.ok(group, "it runs as pid " + self.pid() + ", build " + self.build()));
        if (self.launcherBuild().isEmpty()) {
            to.add(Finding.warn(group, "the launcher's build is unknown", ""));
        } else if (self.launcherBuild().equals(self.build())) {
            to.add(Finding.ok(group, "the launcher is of the same build"));
        } else {
            to.add(Finding.warn(
                    group,
                    "the launcher is of build " + self.launcherBuild() + ", another than the daemon",
                    "tsm daemon restart, by the tsm that is to be used, makes them one"));
        }
        self.notices().forEach(notice -> to.add(Finding.warn(group, notice, "")));
    }

    private void tools(Caller caller, List<Finding> to) {
        String group = "Tools";
        tool(to, group, "bash", "env files are read by it", caller);
        if (System.getProperty("os.name", "").startsWith("Mac")) {
            tool(to, group, "lsof", "ports are looked at by it", caller);
        }
        List<String> warnings = patterns.now().warnings();
        warnings.forEach(warning -> to.add(Finding.warn(group, warning, "mend the line; the others count")));
        if (warnings.isEmpty()) {
            to.add(Finding.ok(group, patterns.now().patterns().all().size() + " patterns, no bad line"));
        }
    }

    private static void tool(List<Finding> to, String group, String name, String why, Caller caller) {
        RealFiles files = new RealFiles();
        @Nullable
        String path = new SearchPath(caller.cwd(), caller.path(), files)
                .program(name)
                .or(() -> new SearchPath("/", SYSTEM_PATH, files).program(name))
                .orElse(null);
        to.add(
                path == null
                        ? Finding.fail(group, name + " is not there; " + why, "install " + name)
                        : Finding.ok(group, name + ": " + path));
    }

    private void processes(List<Finding> to) {
        String group = "Processes";
        List<ManagedProcess> all = with.store().call(tx -> tx.processes().all());
        long running = all.stream().filter(p -> p.pid() != null).count();
        to.add(Finding.ok(group, all.size() + " tracked, " + running + " running"));
        List<ManagedProcess> stale = all.stream().filter(p -> stale(p, with)).toList();
        stale.forEach(p -> to.add(Finding.fail(
                group,
                p.label() + " is said to be " + p.status().word() + ", but its process is gone",
                "tsm doctor clean has it looked at anew")));
        if (stale.isEmpty()) {
            to.add(Finding.ok(group, "no stale rows"));
        }
        all.stream()
                .filter(p -> p.status() == Status.ERRORED)
                .forEach(p -> to.add(Finding.warn(group, p.label() + " is errored", "tsm why " + p.name())));
        Orphans.Found found = orphans.find();
        if (!found.exact().isEmpty()) {
            to.add(Finding.warn(
                    group, found.exact().size() + " started by tsm and not tracked", "tsm doctor orphans shows them"));
        }
        for (PortRow row : ports.survey()) {
            ManagedProcess process = row.process();
            if (process == null) {
                continue;
            }
            if (row.status() == PortRow.Status.TAKEN) {
                to.add(Finding.warn(
                        "Ports",
                        "port " + row.port() + " is reserved for " + process.label() + ", but "
                                + (row.pid() == null ? "a process of " + row.user() : "pid " + row.pid())
                                + (row.listener() == null
                                        ? ""
                                        : " of " + row.listener().label())
                                + " listens on it",
                        "tsm doctor port " + row.port()));
            } else if (!row.elsewhere().isEmpty()) {
                to.add(Finding.warn(
                        "Ports",
                        process.label() + " was given port " + row.port() + ", but listens on "
                                + row.elsewhere().getFirst(),
                        "tsm ports claim " + row.elsewhere().getFirst() + " " + process.name()
                                + " makes that its port"));
            }
        }
    }

    /** A row that says something runs which does not, for longer than its end takes to be seen. */
    static boolean stale(ManagedProcess process, Supervision with) {
        Run run = process.run();
        return process.status() == Status.ONLINE
                && run != null
                && run.identity() != null
                && run.exit() == null
                && !with.host().alive(run.identity())
                && with.store()
                        .call(tx -> tx.processes().find(process.key()))
                        .filter(now -> now.run() != null && now.run().exit() == null && now.status() == Status.ONLINE)
                        .isPresent();
    }
}

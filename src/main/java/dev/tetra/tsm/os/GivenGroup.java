package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the control group that was given to this program: in which it may make others, and hand them controllers. What it
 * reads is all below one folder, which for the real machine is {@code /}.
 */
final class GivenGroup {
    /** The leaf in which this program is itself. */
    static final String LEAF = "tsm.daemon";

    private static final String UNIT = ".*\\.(service|scope|slice|socket|mount|swap)";
    private static final String INSTEAD = "--max-memory needs no control group";

    private final Path machine;
    private final Units units;

    /** Who manages groups beside the kernel. */
    @FunctionalInterface
    interface Units {
        /**
         * Whether systemd leaves the group of a unit to those in it ({@code Delegate=}, systemd.resource-control(5)); empty
         * when it cannot be asked.
         *
         * @param unit such as {@code tsm.service}
         * @param user the number of the user whose manager it is; null for the machine's
         */
        Optional<Boolean> delegated(String unit, @Nullable String user);
    }

    /**
     * The group.
     *
     * @param group its folder
     * @param shown as users know it
     */
    record Found(Path group, String shown) {}

    /** Where a hierarchy is mounted, and which group is at the top of that. */
    private record Mount(Path point, String top, boolean readOnly) {}

    GivenGroup(Path machine, Units units) {
        this.machine = machine;
        this.units = units;
    }

    /**
     * The group.
     *
     * @throws TsmException.Usage when there is none that could give such limits, with the reason
     */
    Found find(Allowance allowance) {
        String what = allowance.grouping();
        try {
            return find(allowance, what);
        } catch (IOException e) {
            throw new TsmException.Usage(
                    what + ": the control groups of this machine cannot be read: " + LinuxControlGroups.why(e),
                    INSTEAD);
        }
    }

    private Found find(Allowance allowance, String what) throws IOException {
        Mount mount = mount();
        List<String> mine = Files.readAllLines(machine.resolve("proc/self/cgroup"), StandardCharsets.UTF_8);
        if (mount == null) {
            throw new TsmException.Usage(
                    what + " needs cgroup v2, which is not mounted here",
                    "boot the machine with it (systemd.unified_cgroup_hierarchy=1), or leave the option out; "
                            + INSTEAD);
        }
        for (String controller : allowance.controllers()) {
            requireKernels(what, controller, mount, mine);
        }
        String own = mine.stream()
                .filter(line -> line.startsWith("0::"))
                .map(line -> line.substring(3))
                .findFirst()
                .orElse("/..");
        String inside = mount.top().equals("/")
                ? own
                : own.equals(mount.top()) || own.startsWith(mount.top() + "/")
                        ? own.substring(mount.top().length())
                        : "/..";
        if (inside.contains("/..") || inside.endsWith(" (deleted)")) {
            throw new TsmException.Usage(
                    what + ": the daemon's own control group " + own + " cannot be seen from here",
                    "mount cgroup2 in the container as a whole, or leave the option out");
        }
        requireDelegated(what, own);
        // In the leaf this program is by its own doing, or systemd's DelegateSubgroup=.
        boolean leaf = inside.endsWith("/" + LEAF);
        String path = leaf ? inside.substring(0, inside.length() - LEAF.length() - 1) : inside;
        String shown = leaf ? own.substring(0, own.length() - LEAF.length() - 1) : own;
        Path group = below(mount.point(), path);
        requireMine(what, group, shown.isEmpty() ? "/" : shown, mount.readOnly());
        for (String controller : allowance.controllers()) {
            requireHandedDown(what, controller, group, shown);
        }
        return new Found(group, shown.isEmpty() ? "/" : shown);
    }

    /**
     * Whether this program may move its processes into that group: the kernel asks for the right to write the list of
     * processes of the group that both are in, too (Delegation Containment).
     */
    boolean reaches(Path other) throws IOException {
        Mount mount = mount();
        if (mount == null || !other.startsWith(mount.point())) {
            return false;
        }
        String own = Files.readAllLines(machine.resolve("proc/self/cgroup"), StandardCharsets.UTF_8).stream()
                .filter(line -> line.startsWith("0::" + mount.top()))
                .map(line -> line.substring("0::".length()
                        + (mount.top().equals("/") ? 0 : mount.top().length())))
                .findFirst()
                .orElse("/..");
        if (own.contains("/..")) {
            return false;
        }
        Path common = below(mount.point(), own);
        for (Path above = common.getParent(); above != null && !other.startsWith(common); above = common.getParent()) {
            common = above;
        }
        return Files.isWritable(common.resolve("cgroup.procs"));
    }

    private Path below(Path point, String path) {
        return path.length() <= 1 ? point : point.resolve(path.substring(1));
    }

    /** proc_pid_mountinfo(5): the one at the usual place, else any. */
    private @Nullable Mount mount() throws IOException {
        List<Mount> found = new ArrayList<>();
        for (String line : Files.readAllLines(machine.resolve("proc/self/mountinfo"), StandardCharsets.UTF_8)) {
            String[] halves = line.split(" - ", 2);
            String[] fields = halves[0].split(" ", -1);
            if (halves.length == 2 && fields.length > 5 && halves[1].startsWith("cgroup2 ")) {
                boolean readOnly = List.of(fields[5].split(",")).contains("ro");
                Path point = machine.resolve(plain(fields[4]).substring(1));
                Mount mount = new Mount(point, plain(fields[3]), readOnly);
                if (point.equals(machine.resolve("sys/fs/cgroup"))) {
                    return mount;
                }
                found.add(mount);
            }
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    /** Blanks are written as octal numbers there. */
    private static String plain(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    private static void requireKernels(String what, String controller, Mount mount, List<String> mine)
            throws IOException {
        if (LinuxControlGroups.words(mount.point().resolve("cgroup.controllers"))
                .contains(controller)) {
            return;
        }
        boolean old = mine.stream()
                .map(line -> line.split(":", 3))
                .anyMatch(
                        line -> line.length == 3 && List.of(line[1].split(",")).contains(controller));
        throw new TsmException.Usage(
                what + " needs the controller " + controller + " of cgroup v2, "
                        + (old
                                ? "and on this machine it is used by cgroup v1"
                                : "which is not there: the kernel has it not, or it is kept from this container"),
                (old
                                ? "boot the machine without v1 (systemd.unified_cgroup_hierarchy=1, or cgroup_no_v1=all),"
                                : "see /proc/cgroups, and cgroup_disable= in /proc/cmdline,")
                        + " or leave the option out; " + INSTEAD);
    }

    /** systemd changes groups that it has not given away as it likes, and what was set there is lost then. */
    private void requireDelegated(String what, String own) {
        List<String> parts =
                Stream.of(own.split("/")).filter(part -> !part.isEmpty()).toList();
        int last = parts.size() - 1;
        while (last >= 0 && !parts.get(last).matches(UNIT)) {
            last--;
        }
        if (last < 0) {
            return;
        }
        String unit = parts.get(last);
        String user = parts.subList(0, last).stream()
                .filter(part -> part.matches("user@[0-9]+\\.service"))
                .map(part -> part.substring("user@".length(), part.indexOf('.')))
                .findFirst()
                .orElse(null);
        Optional<Boolean> answer = units.delegated(unit, user);
        if (unit.endsWith(".slice") || answer.equals(Optional.of(false))) {
            throw new TsmException.Usage(
                    what + " needs a control group of the daemon's own, and systemd has not given it " + own,
                    howToGet());
        }
        boolean restartable = last < parts.size() - 2
                || (last == parts.size() - 2 && parts.getLast().equals(LEAF));
        if (unit.endsWith(".service") && !restartable) {
            // A group that hands controllers down takes no process: status=219/CGROUP at the next start of the unit.
            throw new TsmException.Usage(
                    what + ": systemd has started the daemon in the group of " + unit
                            + " itself, where it could not start it again as long as limited processes run",
                    "with systemd 254 and later a unit with DelegateSubgroup=" + LEAF
                            + ", as tsm startup install writes it, has none of that; or: " + scope());
        }
    }

    private static void requireMine(String what, Path group, String shown, boolean readOnly) throws IOException {
        if (readOnly) {
            throw new TsmException.Usage(
                    what + ": the control groups of this machine are mounted read-only, as containers have them",
                    "run the container with writable control groups, or give the limit to the container; " + INSTEAD);
        }
        Path type = group.resolve("cgroup.type");
        String kind = Files.exists(type) ? Files.readString(type).strip() : "domain";
        if (!kind.equals("domain")) {
            throw new TsmException.Usage(
                    what + ": the daemon's control group " + shown + " is '" + kind + "', which can give no such limit",
                    "run the daemon in another: " + scope());
        }
        boolean mine = Files.isWritable(group)
                && Files.isWritable(group.resolve("cgroup.procs"))
                && Files.isWritable(group.resolve("cgroup.subtree_control"));
        if (!mine) {
            throw new TsmException.Usage(
                    what + " needs a control group of the daemon's own, and " + shown + " belongs to another user",
                    howToGet());
        }
    }

    private static void requireHandedDown(String what, String controller, Path group, String shown) throws IOException {
        if (!LinuxControlGroups.words(group.resolve("cgroup.controllers")).contains(controller)) {
            throw new TsmException.Usage(
                    what + ": the controller " + controller + " is not handed down to the daemon's control group "
                            + shown,
                    shown.contains("/user@")
                            ? "as root: systemctl edit user@.service, with the lines [Service] and Delegate=cpu memory"
                                    + " pids; then log in anew"
                            : "have Delegate=yes in the unit, or 'echo +" + controller
                                    + " > cgroup.subtree_control' in the groups above it");
        }
    }

    private static String howToGet() {
        return scope() + "; or start the unit that tsm startup install writes";
    }

    private static String scope() {
        boolean root = "root".equals(System.getProperty("user.name"));
        return "tsm daemon stop && systemd-run " + (root ? "" : "--user ") + "--scope -p Delegate=yes tsm daemon start";
    }
}

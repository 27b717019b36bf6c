package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines are folders with the files of the kernel that are looked at. */
class GivenGroupTest {
    private static final Allowance CPU = new Allowance(null, List.of(), null, 500, null);
    private static final Allowance MEMORY = new Allowance(null, List.of(), null, null, 1L << 28);
    private static final Allowance BOTH = new Allowance(null, List.of(), null, 500, 1L << 28);
    private static final String SCOPE = "/user.slice/user-7.slice/user@7.service/app.slice/run-r1.scope";

    @TempDir
    Path machine;

    /** What systemd was asked, and what it says. */
    private final List<String> asked = new ArrayList<>();

    private Optional<Boolean> answer = Optional.empty();

    private Optional<Boolean> delegated(String unit, @Nullable String user) {
        asked.add((user == null ? "" : "user " + user + " ") + unit);
        return answer;
    }

    private GivenGroup groups() {
        return new GivenGroup(machine, this::delegated);
    }

    private void file(String path, String text) throws IOException {
        Path file = machine.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** A hierarchy of v2 at that place, of which that group is at the top. */
    private void mounted(String options, String top, String place) throws IOException {
        file("proc/self/mountinfo", """
                22 1 0:20 / /proc rw,nosuid - proc proc rw
                30 23 0:26 %s %s %s shared:4 - cgroup2 cgroup2 rw,nsdelegate
                """.formatted(top, place, options));
    }

    private void group(String path, String controllers) throws IOException {
        file("sys/fs/cgroup" + path + "/cgroup.controllers", controllers + "\n");
        file("sys/fs/cgroup" + path + "/cgroup.procs", "1\n");
        file("sys/fs/cgroup" + path + "/cgroup.subtree_control", "\n");
        if (!path.isEmpty()) {
            file("sys/fs/cgroup" + path + "/cgroup.type", "domain\n");
        }
    }

    /** A machine of v2 whose daemon is in that group. */
    private void v2(String own, String controllers) throws IOException {
        mounted("rw,nosuid", "/", "/sys/fs/cgroup");
        group("", "cpuset cpu io memory pids");
        file("proc/self/cgroup", "0::" + own + "\n");
        group(own.equals("/") ? "" : own, controllers);
    }

    private TsmException.Usage refused(Allowance allowance) {
        return assertThrows(TsmException.Usage.class, () -> groups().find(allowance));
    }

    private void refused(Allowance allowance, String reason, String hint) {
        TsmException.Usage refused = refused(allowance);
        assertTrue(String.valueOf(refused.getMessage()).contains(reason), refused.getMessage());
        assertTrue(refused.hint().contains(hint), refused.hint());
    }

    private Path found(Allowance allowance) {
        return machine.resolve("sys/fs/cgroup")
                .relativize(groups().find(allowance).group());
    }

    @Test
    void a_machine_of_v1_alone_is_refused() throws IOException {
        file("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
        file("proc/self/cgroup", "4:memory:/\n");
        refused(
                MEMORY,
                "--memory-limit needs cgroup v2, which is not mounted here",
                "systemd.unified_cgroup_hierarchy=1");
    }

    @Test
    void a_hybrid_machine_names_the_controller_that_v1_has() throws IOException {
        mounted("rw", "/", "/sys/fs/cgroup/unified");
        file("sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n");
        file("proc/self/cgroup", "4:memory:/a\n3:cpu,cpuacct:/\n0::/\n");
        refused(
                CPU,
                "--cpu needs the controller cpu of cgroup v2, and on this machine it is used by cgroup v1",
                "no_v1");
        refused(BOTH, "--cpu with --memory-limit needs the controller cpu", "--max-memory");
    }

    @Test
    void a_kernel_without_a_controller_is_told_from_one_that_v1_has() throws IOException {
        v2("/", "cpu pids");
        refused(MEMORY, "the controller memory of cgroup v2, which is not there", "cgroup_disable=");
    }

    @Test
    void without_systemd_the_daemons_own_group_will_do() throws IOException {
        v2("/box", "cpu memory");
        assertEquals(Path.of("box"), found(BOTH));
        assertEquals(List.of(), asked);
        v2("/", "cpu memory");
        assertEquals(Path.of(""), found(BOTH));
    }

    @Test
    void in_the_leaf_that_was_made_for_the_daemon_it_is_the_group_around_that() throws IOException {
        v2("/box/tsm.daemon", "");
        group("/box", "cpu memory");
        assertEquals(Path.of("box"), found(BOTH));
        v2("/tsm.daemon", "");
        group("", "cpu memory");
        assertEquals(Path.of(""), found(BOTH));
        assertEquals("/", groups().find(BOTH).shown());
    }

    @Test
    void a_scope_that_was_given_away_will_do_and_its_own_manager_is_asked() throws IOException {
        v2(SCOPE, "cpu memory pids");
        answer = Optional.of(true);
        assertEquals(Path.of(SCOPE.substring(1)), found(BOTH));
        assertEquals(List.of("user 7 run-r1.scope"), asked);
    }

    @Test
    void a_session_that_systemd_manages_is_refused_and_how_to_get_a_group_is_said() throws IOException {
        v2("/user.slice/user-7.slice/session-3.scope", "cpu memory pids");
        answer = Optional.of(false);
        refused(MEMORY, "systemd has not given it /user.slice/user-7.slice/session-3.scope", "systemd-run");
        assertEquals(List.of("session-3.scope"), asked);
        answer = Optional.of(true);
        v2("/user.slice", "cpu memory pids");
        refused(MEMORY, "systemd has not given it /user.slice", "Delegate=yes");
    }

    @Test
    void in_a_service_the_daemon_must_have_been_started_in_a_leaf() throws IOException {
        answer = Optional.of(true);
        v2("/system.slice/tsm.service", "cpu memory");
        refused(
                CPU,
                "systemd has started the daemon in the group of tsm.service itself",
                "DelegateSubgroup=tsm.daemon");
        v2("/system.slice/tsm.service/other", "cpu memory");
        refused(CPU, "systemd has started the daemon in the group of tsm.service itself", "systemd 254");
        v2("/system.slice/tsm.service/tsm.daemon", "");
        group("/system.slice/tsm.service", "cpu memory");
        assertEquals(Path.of("system.slice/tsm.service"), found(CPU));
    }

    @Test
    void within_what_another_tsm_limits_there_is_room_for_more() throws IOException {
        answer = Optional.of(true);
        String own = "/system.slice/tsm.service/tsm-0/process-1.run-1";
        v2(own, "cpu memory");
        assertEquals(Path.of(own.substring(1)), found(CPU));
        assertEquals(List.of("tsm.service"), asked);
    }

    @Test
    void where_systemd_cannot_be_asked_the_rights_decide() throws IOException {
        v2(SCOPE, "cpu memory");
        assertEquals(Path.of(SCOPE.substring(1)), found(CPU));
    }

    @Test
    void a_controller_that_is_not_handed_down_is_named_with_what_root_can_do() throws IOException {
        answer = Optional.of(true);
        v2(SCOPE, "memory pids");
        assertEquals(Path.of(SCOPE.substring(1)), found(MEMORY));
        refused(CPU, "the controller cpu is not handed down to the daemon's control group " + SCOPE, "user@.service");
        v2("/box", "memory");
        refused(BOTH, "the controller cpu is not handed down", "cgroup.subtree_control");
    }

    @Test
    void what_a_container_may_not_write_is_refused() throws IOException {
        v2("/", "cpu memory");
        mounted("ro,nosuid", "/", "/sys/fs/cgroup");
        refused(CPU, "mounted read-only", "give the limit to the container");
    }

    @Test
    void a_hierarchy_of_which_a_part_is_mounted_counts_from_there() throws IOException {
        v2("/", "cpu memory");
        mounted("rw", "/docker/abc", "/sys/fs/cgroup");
        group("/x", "cpu memory");
        file("proc/self/cgroup", "0::/docker/abc/x\n");
        assertEquals(Path.of("x"), found(CPU));
        file("proc/self/cgroup", "0::/docker/abcd\n");
        refused(CPU, "the daemon's own control group /docker/abcd cannot be seen from here", "mount cgroup2");
        file("proc/self/cgroup", "0::/../other\n");
        refused(CPU, "cannot be seen from here", "mount cgroup2");
    }

    @Test
    void a_group_of_threads_is_refused() throws IOException {
        v2("/box", "cpu memory");
        file("sys/fs/cgroup/box/cgroup.type", "domain threaded\n");
        refused(CPU, "is 'domain threaded', which can give no such limit", "run the daemon in another");
    }

    @Test
    void another_group_is_reached_by_way_of_what_both_are_in() throws IOException {
        v2("/a/b", "cpu memory");
        group("/a", "cpu memory");
        assertTrue(groups().reaches(machine.resolve("sys/fs/cgroup/a/tsm-1")));
        assertTrue(groups().reaches(machine.resolve("sys/fs/cgroup/other/tsm-1")));
        Files.delete(machine.resolve("sys/fs/cgroup/a/cgroup.procs"));
        assertFalse(groups().reaches(machine.resolve("sys/fs/cgroup/a/tsm-1")));
        assertFalse(groups().reaches(machine.resolve("elsewhere")));
    }
}

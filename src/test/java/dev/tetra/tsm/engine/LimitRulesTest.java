package dev.tetra.tsm.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Ulimit;
import dev.tetra.tsm.os.Rights;
import dev.tetra.tsm.spec.Ulimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LimitRulesTest {
    /** A daemon of priority 5 on a machine with one user. */
    private record Daemon(boolean superuser, List<String> tools) implements Rights {
        @Override
        public int niceness() {
            return 5;
        }

        @Override
        public OptionalLong highest(Ulimit.Resource resource) {
            return resource == Ulimit.Resource.NOFILE ? OptionalLong.of(1000) : OptionalLong.empty();
        }

        @Override
        public Optional<User> user(String nameOrNumber) {
            return nameOrNumber.equals("www") || nameOrNumber.equals("33")
                    ? Optional.of(new User("www", 33, 33, "/srv", "/bin/sh"))
                    : Optional.empty();
        }

        @Override
        public OptionalLong group(String nameOrNumber) {
            return nameOrNumber.equals("www") ? OptionalLong.of(33) : OptionalLong.empty();
        }

        @Override
        public Optional<String> tool(String name) {
            return tools.contains(name) ? Optional.of("/usr/bin/" + name) : Optional.empty();
        }
    }

    private static final Daemon ROOT = new Daemon(true, List.of("nice", "setpriv"));
    private static final Daemon USER = new Daemon(false, List.of("nice", "setpriv"));

    private static LimitPolicy policy(
            @Nullable Integer nice, List<Ulimit> ulimits, @Nullable String user, @Nullable String group) {
        return new LimitPolicy(
                new Allowance(nice, ulimits, null, null, null),
                new Account(user, group),
                SuccessCodes.USUAL,
                RunCommands.NONE);
    }

    private static String refused(Daemon daemon, LimitPolicy policy) {
        return assertThrows(TsmException.Usage.class, () -> new LimitRules(daemon, may -> {}).check(policy))
                .getMessage();
    }

    @Test
    void only_root_goes_below_the_daemons_own_priority() {
        assertTrue(refused(USER, policy(4, List.of(), null, null)).startsWith("--nice 4 needs root"));
        new LimitRules(USER, may -> {}).check(policy(5, List.of(), null, null));
        new LimitRules(ROOT, may -> {}).check(policy(-20, List.of(), null, null));
    }

    @Test
    void only_root_gives_another_user_and_only_one_that_exists() {
        assertTrue(refused(USER, policy(null, List.of(), "www", null)).startsWith("--user needs root"));
        assertTrue(refused(USER, policy(null, List.of(), null, "www")).startsWith("--group needs root"));
        new LimitRules(ROOT, may -> {}).check(policy(null, List.of(), "33", "www"));
        assertEquals("--user: there is no user 'wwww'", refused(ROOT, policy(null, List.of(), "wwww", null)));
        assertEquals("--group: there is no group '7'", refused(ROOT, policy(null, List.of(), "www", "7")));
    }

    @Test
    void a_machine_without_the_tool_says_so() {
        Daemon bare = new Daemon(true, List.of());
        assertEquals(
                "--user needs the program setpriv, which this machine has not",
                refused(bare, policy(null, List.of(), "www", null)));
        assertEquals(
                "--nice needs the program nice, which this machine has not",
                refused(bare, policy(1, List.of(), null, null)));
    }

    @Test
    void what_is_above_the_hard_limit_is_refused_and_the_limit_named() {
        assertEquals(
                "--ulimit nofile=500:2000 is above what the daemon may give: nofile=1000",
                refused(USER, policy(null, List.of(Ulimits.parse("nofile=500:2000")), null, null)));
        assertEquals(
                "--ulimit nofile=unlimited is above what the daemon may give: nofile=1000",
                refused(USER, policy(null, List.of(Ulimits.parse("nofile=unlimited")), null, null)));
        new LimitRules(USER, may -> {})
                .check(policy(null, List.of(Ulimits.parse("nofile=1000"), Ulimits.parse("as=unlimited")), null, null));
    }

    @Test
    void limits_of_all_processes_together_are_asked_for_before_anything_is_recorded() {
        List<Allowance> asked = new ArrayList<>();
        Allowance half = new Allowance(null, List.of(), null, 500, null);
        LimitPolicy policy = new LimitPolicy(half, Account.NONE, SuccessCodes.USUAL, RunCommands.NONE);
        new LimitRules(USER, asked::add).check(policy);
        assertEquals(List.of(half), asked);
        LimitRules refusing = new LimitRules(USER, may -> {
            throw new TsmException.Usage("no group", "");
        });
        assertThrows(TsmException.Usage.class, () -> refusing.check(policy));
    }

    private static String refused(
            @Nullable String pre, @Nullable String stop, @Nullable String post, Duration timeout) {
        return String.valueOf(assertThrows(TsmException.Usage.class, () -> new RunCommands(pre, stop, post, timeout))
                .getMessage());
    }

    @Test
    void a_command_around_a_run_is_not_empty_and_has_some_time() {
        Duration some = Duration.ofSeconds(1);
        assertTrue(refused(" ", null, null, some).startsWith("--pre-start: the command is empty"));
        assertTrue(refused(null, "", null, some).startsWith("--stop-command: the command is empty"));
        assertTrue(refused(null, null, "", some).startsWith("--post-stop: the command is empty"));
        assertTrue(refused("true", null, null, Duration.ZERO).startsWith("--command-timeout must be more than 0"));
    }
}

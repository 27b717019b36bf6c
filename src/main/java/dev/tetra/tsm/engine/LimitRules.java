package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Ulimit;
import dev.tetra.tsm.os.Rights;
import dev.tetra.tsm.spec.Ulimits;
import dev.tetra.tsm.supervise.LimitPrelude;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Whether this daemon, on this machine, can give a process what it is to have; before anything is recorded. */
final class LimitRules {
    private final Rights rights;
    private final Consumer<Allowance> groups;

    /** @param groups refuses what no control group can be had for */
    LimitRules(Rights rights, Consumer<Allowance> groups) {
        this.rights = rights;
        this.groups = groups;
    }

    /**
     * Refuses what would fail in the new process.
     *
     * @throws TsmException.Usage which says what, why, and what to do
     */
    void check(LimitPolicy policy) {
        Integer nice = policy.allowance().nice();
        if (nice != null) {
            nice(nice);
        }
        policy.allowance().ulimits().forEach(this::ulimit);
        if (policy.account().given()) {
            account(policy.account());
        }
        groups.accept(policy.allowance());
    }

    private void nice(int nice) {
        int own = rights.niceness();
        if (nice < own && !rights.superuser()) {
            throw new TsmException.Usage(
                    "--nice " + nice + " needs root: the daemon runs with " + own + ", and only root can go below that",
                    "give a number from " + own + " to 19, or run tsm as root");
        }
        LimitPrelude.tool(rights, "nice", "--nice");
    }

    private void ulimit(Ulimit limit) {
        OptionalLong highest = rights.highest(limit.resource());
        if (highest.isPresent() && Ulimit.beyond(limit.hard(), highest.getAsLong())) {
            String most = Ulimits.format(new Ulimit(limit.resource(), highest.getAsLong(), highest.getAsLong()));
            throw new TsmException.Usage(
                    "--ulimit " + Ulimits.format(limit) + " is above what the daemon may give: " + most,
                    rights.superuser()
                            ? "give less; the kernel allows no more (sysctl fs.nr_open)"
                            : "give less, or raise the hard limit of the daemon (limits.conf, LimitNOFILE= of its unit)");
        }
    }

    private void account(Account account) {
        String option = account.user() == null ? "--group" : "--user";
        if (!rights.superuser()) {
            throw new TsmException.Usage(
                    option + " needs root: the daemon runs as an ordinary user, who cannot become another",
                    "run this tsm as root, or leave " + option + " out");
        }
        LimitPrelude.tool(rights, "setpriv", option);
        if (account.user() != null) {
            LimitPrelude.user(account.user(), rights);
        }
        if (account.group() != null) {
            LimitPrelude.group(account.group(), rights);
        }
    }
}

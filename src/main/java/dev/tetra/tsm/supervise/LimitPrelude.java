package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Ulimit;
import dev.tetra.tsm.os.Rights;
import dev.tetra.tsm.spec.Ulimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a new process gets what it may use, and the user as whom it runs. */
public final class LimitPrelude {
    /** POSIX's unit of {@code ulimit -f}, which shells also use for core files. */
    private static final int BLOCK = 512;

    private LimitPrelude() {}

    /**
     * What is to be done in the process.
     *
     * @throws TsmException.Usage when the user or the group does not exist, or a tool that is needed is not there
     */
    static Prelude of(LimitPolicy policy, Rights rights) {
        return of(policy, rights, Prelude.NONE);
    }

    /**
     * The same after something else.
     *
     * @param first what is done before all of it
     * @throws TsmException.Usage as above
     */
    static Prelude of(LimitPolicy policy, Rights rights, Prelude first) {
        Prelude prelude = first;
        for (Ulimit limit : policy.allowance().ulimits()) {
            prelude = limited(prelude, limit);
        }
        Integer nice = policy.allowance().nice();
        if (nice != null && nice != rights.niceness()) {
            // nice(1) counts from its own priority.
            prelude = prelude.through(List.of(tool(rights, "nice", "--nice"), "-n", "" + (nice - rights.niceness())));
        }
        return policy.account().given() ? prelude.through(switched(policy.account(), rights)) : prelude;
    }

    /** Both at once first: neither may be beyond the other in between, whichever way they move. */
    private static Prelude limited(Prelude prelude, Ulimit limit) {
        String flag = flag(limit.resource());
        String script = limit.resource() == Ulimit.Resource.NPROC
                ? "if ulimit -u >/dev/null 2>&1; then ulimit -u \"$1\" && ulimit -S -u \"$2\";"
                        + " else ulimit -p \"$1\" && ulimit -S -p \"$2\"; fi"
                : "ulimit " + flag + " \"$1\" && ulimit -S " + flag + " \"$2\"";
        return prelude.then(
                script,
                List.of(amount(limit.resource(), limit.hard()), amount(limit.resource(), limit.soft())),
                "cannot set --ulimit " + Ulimits.format(limit));
    }

    private static String flag(Ulimit.Resource resource) {
        return switch (resource) {
            case NOFILE -> "-n";
            // dash calls it -p, bash -u
            case NPROC -> "-u";
            case CORE -> "-c";
            case AS -> "-v";
            case CPU -> "-t";
            case FSIZE -> "-f";
            case MEMLOCK -> "-l";
            case STACK -> "-s";
            case DATA -> "-d";
        };
    }

    private static String amount(Ulimit.Resource resource, @Nullable Long amount) {
        if (amount == null) {
            return "unlimited";
        }
        long steps = switch (resource) {
            case NOFILE, NPROC, CPU -> amount;
            case CORE, FSIZE -> amount / BLOCK;
            case AS, MEMLOCK, STACK, DATA -> amount / Ulimit.STEP;
        };
        return Long.toString(steps);
    }

    private static List<String> switched(Account account, Rights rights) {
        List<String> words = new ArrayList<>();
        words.add(tool(rights, "setpriv", account.user() == null ? "--group" : "--user"));
        String user = account.user();
        String group = account.group();
        if (user == null) {
            words.add("--clear-groups");
        } else {
            Rights.User known = user(user, rights);
            words.addAll(List.of("--reuid=" + known.uid(), "--init-groups"));
            if (group == null) {
                words.add("--regid=" + known.gid());
            }
        }
        if (group != null) {
            words.add("--regid=" + group(group, rights));
        }
        words.add("--");
        return words;
    }

    /**
     * The user of that name or number.
     *
     * @throws TsmException.Usage when there is none
     */
    public static Rights.User user(String name, Rights rights) {
        return rights.user(name)
                .orElseThrow(() -> new TsmException.Usage(
                        "--user: there is no user '" + name + "'", "'getent passwd' lists those of this machine"));
    }

    /**
     * The number of the group of that name or number.
     *
     * @throws TsmException.Usage when there is none
     */
    public static long group(String name, Rights rights) {
        return rights.group(name)
                .orElseThrow(() -> new TsmException.Usage(
                        "--group: there is no group '" + name + "'", "'getent group' lists those of this machine"));
    }

    /**
     * A program of the system.
     *
     * @param option what needs it
     * @throws TsmException.Usage when it is not there
     */
    public static String tool(Rights rights, String name, String option) {
        return rights.tool(name)
                .orElseThrow(() -> new TsmException.Usage(
                        option + " needs the program " + name + ", which this machine has not",
                        name.equals("setpriv")
                                ? "install util-linux (Linux only), or leave the option out"
                                : "install coreutils, or leave the option out"));
    }

    /** The variables that login(1) sets for a user; none when it is the daemon's. */
    static Map<String, String> variables(Account account, Rights rights) {
        Map<String, String> variables = new TreeMap<>();
        if (account.user() != null) {
            rights.user(account.user()).ifPresent(user -> {
                variables.put("HOME", user.home());
                variables.put("USER", user.name());
                variables.put("LOGNAME", user.name());
                variables.put("SHELL", user.shell().isEmpty() ? "/bin/sh" : user.shell());
            });
        }
        return variables;
    }
}

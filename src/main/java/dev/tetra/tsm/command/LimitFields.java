package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Bytes;
import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.Ulimit;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Secrets;
import dev.tetra.tsm.spec.Ulimits;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code tsm info} shows of limits, users, and commands around a run. */
final class LimitFields {
    private LimitFields() {}

    /** What was said of it; nothing when nothing was. */
    static void add(Details text, LimitPolicy policy) {
        Allowance may = policy.allowance();
        Account account = policy.account();
        RunCommands commands = policy.commands();
        if (policy.equals(LimitPolicy.NONE)) {
            return;
        }
        text.title("Limits and commands");
        said(text, "User", account.user());
        said(text, "Group", account.group());
        said(text, "Nice", may.nice());
        said(text, "Umask", mask(may));
        said(text, "Ulimit", ulimits(may));
        said(text, "CPU limit", may.milliCpus() == null ? null : cpu(may.milliCpus()) + " of a processor");
        said(text, "Memory limit", may.memory() == null ? null : Bytes.human(may.memory()));
        said(
                text,
                "Success codes",
                policy.successCodes().equals(SuccessCodes.USUAL)
                        ? null
                        : policy.successCodes().words());
        said(text, "Before a run", shown(commands.preStart()));
        said(text, "To stop", shown(commands.stop()));
        said(text, "After a run", shown(commands.postStop()));
        boolean around = commands.preStart() != null || commands.postStop() != null;
        said(text, "Their time", around ? Durations.format(commands.timeout()) : null);
    }

    private static void said(Details text, String what, @Nullable Object value) {
        if (value != null) {
            text.add(what, value);
        }
    }

    private static @Nullable String ulimits(Allowance may) {
        return may.ulimits().isEmpty()
                ? null
                : may.ulimits().stream().map(Ulimits::format).collect(Collectors.joining(", "));
    }

    private static String cpu(int milli) {
        return BigDecimal.valueOf(milli, 3).stripTrailingZeros().toPlainString();
    }

    /** All of it, null for what was not said. */
    static void write(Json json, LimitPolicy policy) {
        Allowance may = policy.allowance();
        RunCommands commands = policy.commands();
        json.field("user", policy.account().user())
                .field("group", policy.account().group())
                .field("nice", may.nice())
                .field("umask", mask(may))
                .array("ulimits", may.ulimits(), LimitFields::ulimit)
                .field("cpu", may.milliCpus() == null ? null : Double.valueOf(may.milliCpus() / 1000.0))
                .field("memoryBytes", may.memory())
                .numbers("successCodes", policy.successCodes().codes())
                .field("preStart", shown(commands.preStart()))
                .field("stopCommand", shown(commands.stop()))
                .field("postStop", shown(commands.postStop()))
                .field("commandTimeoutMs", commands.timeout().toMillis());
    }

    private static void ulimit(Json json, Ulimit limit) {
        json.field("resource", limit.resource().word())
                .field("soft", limit.soft())
                .field("hard", limit.hard());
    }

    private static @Nullable String mask(Allowance may) {
        return may.umask() == null ? null : String.format(Locale.ROOT, "%03o", may.umask());
    }

    private static @Nullable String shown(@Nullable String command) {
        return command == null ? null : Secrets.maskLine(command);
    }
}

package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Keeper;
import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Processors;
import dev.tetra.tsm.spec.Sizes;
import dev.tetra.tsm.spec.Ulimits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a start that are about what it may use, and as whom it runs. */
final class LimitOptions {
    @Option(names = "--nice", paramLabel = "N", description = "Priority, from -20 (root only) to 19 (the lowest).")
    @Nullable
    Integer nice;

    @Option(
            names = "--ulimit",
            paramLabel = "NAME=LIMIT",
            description = "A limit, SOFT:HARD or one for both: nofile=4096, core=0, as=2G; may be repeated.")
    List<String> ulimits = new ArrayList<>();

    @Option(
            names = "--cpu",
            paramLabel = "N",
            description = "Processors for all of its processes together, such as 0.5 or 2; needs a control group.")
    @Nullable
    String cpu;

    @Option(
            names = "--memory-limit",
            paramLabel = "SIZE",
            description =
                    "Memory for all of its processes together; beyond it the kernel kills it; needs a control group.")
    @Nullable
    String memoryLimit;

    @Option(names = "--umask", paramLabel = "MASK", description = "File mode creation mask, octal (the caller's).")
    @Nullable
    String umask;

    @Option(names = "--user", paramLabel = "USER", description = "Run as that user, with all of its groups; root only.")
    @Nullable
    String user;

    @Option(names = "--group", paramLabel = "GROUP", description = "Run in that group; root only.")
    @Nullable
    String group;

    @Option(
            names = "--success-codes",
            paramLabel = "LIST",
            description = "Exit codes and signals that count as success, such as 0,143 or 0,TERM (0).")
    @Nullable
    String successCodes;

    @Option(
            names = "--pre-start",
            paramLabel = "COMMAND",
            description = "Shell line to run before each run; when it fails, the start fails.")
    @Nullable
    String preStart;

    @Option(
            names = "--stop-command",
            paramLabel = "COMMAND",
            description = "Shell line to run in place of the stop signal; TSM_PID is the process.")
    @Nullable
    String stopCommand;

    @Option(
            names = "--post-stop",
            paramLabel = "COMMAND",
            description = "Shell line to run after each end, with TSM_EXIT_CODE and TSM_EXIT_SIGNAL.")
    @Nullable
    String postStop;

    @Option(
            names = "--command-timeout",
            paramLabel = "TIME",
            description = "How long --pre-start and --post-stop may take (30s).")
    @Nullable
    String commandTimeout;

    /**
     * What they say together.
     *
     * @throws TsmException.Usage for a value that is wrong
     */
    LimitPolicy policy(Keeper keeper) {
        return new LimitPolicy(
                new Allowance(
                        nice,
                        ulimits.stream().map(Ulimits::parse).toList(),
                        mask(umask),
                        cpu == null ? null : Integer.valueOf(Processors.parse(cpu, "--cpu")),
                        memory(memoryLimit)),
                new Account(user, group),
                successCodes == null ? SuccessCodes.USUAL : codes(successCodes, keeper),
                new RunCommands(
                        preStart,
                        stopCommand,
                        postStop,
                        commandTimeout == null
                                ? RunCommands.USUAL_TIMEOUT
                                : Durations.parse(commandTimeout, "--command-timeout")));
    }

    private static @Nullable Long memory(@Nullable String text) {
        return text == null ? null : Long.valueOf(Sizes.parse(text, "--memory-limit"));
    }

    private static @Nullable Integer mask(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (!text.strip().matches("[0-7]{1,4}")) {
            throw new TsmException.Usage("--umask: '" + text + "' is no octal number", "write it like 022 or 077");
        }
        return Integer.valueOf(text.strip(), 8);
    }

    private static SuccessCodes codes(String text, Keeper keeper) {
        List<Integer> codes = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            String code = word.strip();
            codes.add(
                    code.matches("[0-9]{1,6}")
                            ? Integer.parseInt(code)
                            : 128 + keeper.signalNumber(code, "--success-codes"));
        }
        return new SuccessCodes(codes);
    }
}

package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;

@Command(
        description = {
            "Wait until processes are at rest; exit with their code.",
            "A process that tsm restarts is not at rest; one that is so already is not waited for. The code"
                    + " is 128 + N for a death by signal N. Of several processes, all are waited for, and the code is"
                    + " that of the first, in the order given, whose code is not 0."
        },
        exitCodeList = {"N:The code of the process, whatever it is.", "3:No such process."},
        footer = {"tsm start --restart no ./build.sh && tsm wait build", "tsm wait all --json"})
final class WaitVerb extends Targeted {
    /** As a shell's, when a command is interrupted: 128 + SIGINT. */
    private static final int INTERRUPTED = 130;

    @Override
    int run(Context context) {
        Map<ManagedProcess, Exit> exits = await(targets(context), context);
        if (context.terminal().isGone()) {
            return INTERRUPTED;
        }
        if (json) {
            context.terminal().document(Json.array(exits.entrySet(), (document, entry) -> {
                Exit exit = entry.getValue();
                document.field("id", entry.getKey().id())
                        .field("name", entry.getKey().name())
                        .field("namespace", entry.getKey().spec().namespace())
                        .field("exitCode", exit instanceof Exit.Code(int code) ? code : null)
                        .field("exitSignal", exit instanceof Exit.Signalled s ? s.name() : null)
                        .field("exitReason", exit.inWords());
            }));
        }
        return exits.values().stream()
                .mapToInt(Exit::shellCode)
                .filter(code -> code != 0)
                .findFirst()
                .orElse(0);
    }

    /** All at once: one that ends while another is still waited for may run again later. */
    private static Map<ManagedProcess, Exit> await(List<ManagedProcess> processes, Context context) {
        Map<ManagedProcess, Exit> exits = new LinkedHashMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<Exit>>> waits = new ArrayList<>();
            for (ManagedProcess process : processes) {
                waits.add(threads.submit(
                        () -> context.engine().keeper().await(process, context.caller(), context.terminal()::onGone)));
            }
            for (int i = 0; i < waits.size(); i++) {
                ManagedProcess process = processes.get(i);
                result(waits.get(i)).ifPresent(exit -> exits.put(process, exit));
            }
        }
        return exits;
    }

    private static Optional<Exit> result(Future<Optional<Exit>> wait) {
        try {
            return wait.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("the daemon stops", "the processes go on; wait again");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}

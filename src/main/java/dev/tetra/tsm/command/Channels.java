package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Errors;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.Ipc;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the verbs on control sockets have in common. */
final class Channels {
    private Channels() {}

    private record Said(
            ManagedProcess process,
            @Nullable String answer,
            @Nullable TsmException failure) {}

    /** The processes that words mean; of {@code all} and of a namespace those that have a control socket. */
    static List<ManagedProcess> of(List<String> words, @Nullable String namespace, Context context) {
        List<ManagedProcess> targets = context.engine().targets().find(words, namespace);
        boolean several = words.isEmpty() || words.contains(Targets.ALL);
        return several ? targets.stream().filter(p -> p.socket() != null).toList() : targets;
    }

    /** Sends a line to each and prints the answers. Returns 0 when all answered well, else the code of the first that did not. */
    static int send(List<ManagedProcess> processes, String line, boolean json, Context context) {
        List<Said> said = new ArrayList<>();
        for (ManagedProcess process : processes) {
            try {
                String answer = context.engine().ipc().send(process, line);
                said.add(new Said(process, answer, Ipc.failure(process, line, answer)));
            } catch (TsmException e) {
                if (processes.size() == 1) {
                    throw e;
                }
                said.add(new Said(process, null, e));
            }
        }
        if (json) {
            context.terminal().document(Json.array(said, Channels::write));
        } else {
            said.forEach(one -> print(one, processes.size() > 1, context));
        }
        return said.stream()
                .flatMap(one -> Stream.ofNullable(one.failure()))
                .mapToInt(TsmException::exitCode)
                .findFirst()
                .orElse(0);
    }

    /** The answer alone on stdout, good or not, so that scripts can use it. */
    private static void print(Said said, boolean named, Context context) {
        String answer = said.answer();
        if (answer == null) {
            if (said.failure() != null) {
                context.err(Errors.text(said.failure(), context.errAnsi()));
            }
            return;
        }
        String prefix = named ? said.process().name() + ": " : "";
        // On a terminal a program's answer must not do more than be seen.
        String shown = context.terminal().width() > 0 ? Visible.line(answer) : answer;
        context.out(prefix + shown + "\n");
    }

    private static void write(Json json, Said said) {
        json.field("name", said.process().name())
                .field("namespace", said.process().spec().namespace())
                .field("id", said.process().id())
                .field("answer", said.answer())
                .field("ok", said.failure() == null);
        Results.failure(json, said.failure());
    }
}

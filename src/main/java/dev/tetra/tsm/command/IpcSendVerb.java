package dev.tetra.tsm.command;

import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Send a request to a control socket; print the answer.",
            "STATUS, HEALTH, RELOAD and STOP are answered by tsm; every other goes to the program, if it"
                    + " listens on $TSM_SOCKET.app. Words after -- are never options."
        },
        exitCodeList = {
            "1:The answer is FAIL or ERR.",
            "3:No such process, or it has no control socket.",
            "5:No answer in time."
        },
        footer = {"tsm ipc send worker STATUS", "tsm ipc send worker -- GET queue --length"})
final class IpcSendVerb extends Verb {
    private static final Set<String> LOOKING = Set.of("STATUS", "HEALTH");

    @Parameters(
            index = "0",
            paramLabel = "TARGET",
            description = "Name, part of a name, ID, or pid; id:3, name:web, pid:4711.")
    String target = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "VERB", description = "The request, its words one line.")
    List<String> request = new ArrayList<>();

    @Mixin
    InNamespace in = new InNamespace();

    @Override
    int run(Context context) {
        String line = String.join(" ", request);
        if (line.isBlank()) {
            throw new TsmException.Usage("the request is empty", "such as: tsm ipc send " + target + " STATUS");
        }
        return Channels.send(in.find(context, target), line, json, context);
    }

    @Override
    boolean changes() {
        // Only the program knows what its own verbs do.
        return !LOOKING.contains(String.join(" ", request).strip().toUpperCase(Locale.ROOT));
    }
}

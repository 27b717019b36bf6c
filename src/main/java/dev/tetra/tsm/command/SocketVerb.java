package dev.tetra.tsm.command;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Words;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Ask processes: status, health, reload, stop.",
            "They are asked through their control sockets. tsm socket list lists these."
        },
        exitCodeList = {
            "1:The answer is FAIL or ERR.",
            "3:No such process, or it has no control socket.",
            "5:No answer in time."
        },
        footer = {"tsm socket status worker", "tsm socket reload all"})
final class SocketVerb extends Verb {
    private enum What {
        STATUS,
        HEALTH,
        RELOAD,
        STOP,
        LIST
    }

    static final class Actions extends Choices {
        Actions() {
            super(What.values());
        }
    }

    @Parameters(
            index = "0",
            paramLabel = "ACTION",
            completionCandidates = Actions.class,
            description = "status, health, reload, stop or list.")
    String action = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "TARGET",
            description = "Name, part of a name, ID, pid, or all; id:3, name:web, pid:4711.")
    List<String> words = new ArrayList<>();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Only processes of this namespace; alone, all of them.")
    @Nullable
    String namespace;

    private @Nullable What what;

    @Override
    int run(Context context) {
        What asked = Words.parse(What.class, action, "tsm socket");
        what = asked;
        if (asked == What.LIST) {
            if (!words.isEmpty()) {
                throw new TsmException.Usage("tsm socket list takes no target", "it lists all control sockets");
            }
            IpcListVerb list = new IpcListVerb();
            list.json = json;
            list.in.namespace = namespace;
            return list.run(context);
        }
        return Channels.send(Channels.of(words, namespace, context), asked.name(), json, context);
    }

    @Override
    boolean changes() {
        return what == null || what == What.RELOAD || what == What.STOP;
    }
}

package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Keeper;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Change how many instances there are of a name.",
            "More are started as the first were. Of too many the highest are stopped and deleted, with their logs."
        },
        exitCodeList = {
            "1:One cannot be stopped, or died at once.",
            "3:No such process.",
            "4:A name or a port that is needed is taken."
        },
        footer = {
            "tsm scale web 4        # four of them",
            "tsm scale web +1       # one more",
            "tsm scale web -2       # two fewer"
        })
final class ScaleVerb extends Verb {
    private static final Pattern NUMBER = Pattern.compile("([+-]?)([0-9]{1,6})");

    @Parameters(index = "0", paramLabel = "TARGET", description = "The name that the instances share, or one of them.")
    String target = "";

    @Parameters(index = "1", paramLabel = "N", description = "How many there are to be; +N more, -N fewer.")
    String number = "";

    @Mixin
    InNamespace in = new InNamespace();

    @Override
    void configure(CommandLine line) {
        // -2 is a number here
        line.setUnmatchedOptionsArePositionalParams(true);
    }

    @Override
    int run(Context context) {
        Matcher parts = NUMBER.matcher(number);
        if (!parts.matches()) {
            throw new TsmException.Usage(
                    "'" + number + "' is no number of instances", "write 4, or +1 for one more, or -1 for one fewer");
        }
        List<ManagedProcess> members = members(context);
        int given = Integer.parseInt(parts.group(2));
        int wanted = switch (parts.group(1)) {
            case "+" -> members.size() + given;
            case "-" -> members.size() - given;
            default -> given;
        };
        if (wanted < 1) {
            throw new TsmException.Usage(
                    "there are " + members.size() + " instances, and " + wanted + " is too few: one is the least",
                    "tsm stop " + target + " stops all of them, tsm delete " + target + " forgets them");
        }
        List<Keeper.Result> results = context.engine().services().scale(members, wanted, context.caller());
        if (!json && results.isEmpty()) {
            context.out("there are " + wanted + " already\n");
            return 0;
        }
        boolean fewer = wanted < members.size();
        return Results.print(
                results,
                json,
                context,
                r -> fewer ? r.process().label() + " deleted" : Told.running(r.process(), "started", context.ansi()));
    }

    private List<ManagedProcess> members(Context context) {
        List<ManagedProcess> found = in.find(context, target);
        Set<String> groups = found.stream()
                .map(p -> p.instances().member() == null
                        ? ""
                        : p.instances().member().group())
                .collect(Collectors.toSet());
        if (groups.contains("")) {
            ManagedProcess alone = found.stream()
                    .filter(p -> p.instances().member() == null)
                    .findFirst()
                    .orElseThrow();
            throw new TsmException.Failed(
                    alone.label() + " was not started as an instance",
                    "tsm delete " + alone.name() + ", and start it with --instances 1 or more");
        }
        if (groups.size() != 1) {
            throw new TsmException.Ambiguous(
                    "'" + target + "' means instances of " + groups.size() + " names", "name one of them");
        }
        return context.engine().groups().members(groups.iterator().next());
    }

    @Override
    boolean changes() {
        return true;
    }
}

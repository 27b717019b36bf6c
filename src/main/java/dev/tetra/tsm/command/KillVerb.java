package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Errors;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.Keeper;
import dev.tetra.tsm.engine.Killer;
import dev.tetra.tsm.engine.Stranger;
import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Kill processes at once (SIGKILL).",
            "A number is a port first, then an ID, then a pid. A port means whoever listens on it now, else the"
                    + " process that it is reserved for. A process that tsm manages is killed with all"
                    + " its descendants and stays listed as stopped. A port or pid of a process that tsm does not"
                    + " manage means that process: it is shown, and killed after a yes or with --yes; never pid 1, tsm"
                    + " itself, or another user's."
        },
        exitCodeList = {
            "1:It may not or cannot be killed, or the answer was no.",
            "3:No such process, and nobody on that port."
        },
        footer = {"tsm kill api", "tsm kill 3000 --yes      # whoever listens on port 3000"})
final class KillVerb extends Verb {
    @Parameters(
            arity = "0..*",
            paramLabel = "TARGET",
            description = "Port, name, part of a name, ID, pid, or all; id:3, name:web, port:8000, pid:4711.")
    List<String> words = new ArrayList<>();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Only processes of this namespace; alone, all of them.")
    @Nullable
    String namespace;

    @Option(
            names = {"-y", "--yes"},
            description = "Kill processes that tsm does not manage without a question.")
    boolean yes;

    /** What came of one that tsm does not manage. */
    private record Killed(
            Stranger stranger, boolean wasThere, @Nullable TsmException failure) {}

    @Override
    int run(Context context) {
        return run(context.engine().killer().find(words, namespace), context);
    }

    /** Kills these, strangers among them after a yes. */
    int run(Killer.Victims victims, Context context) {
        Killer killer = context.engine().killer();
        if (victims.strangers().isEmpty()) {
            Targeted.noteIfNone(victims.managed(), context);
        }
        if (!yes && !victims.strangers().isEmpty() && !agreed(victims.strangers(), context)) {
            throw new TsmException.Failed("nothing was killed", "tsm kill --yes asks nothing");
        }
        List<Keeper.Result> managed = context.engine().keeper().kill(victims.managed(), context.caller());
        List<Killed> strangers =
                victims.strangers().stream().map(s -> kill(killer, s)).toList();
        if (json) {
            context.terminal().document(document(managed, strangers));
        } else {
            tell(managed, strangers, context);
        }
        return Stream.concat(
                        managed.stream().map(Keeper.Result::failure),
                        strangers.stream().map(Killed::failure))
                .filter(Objects::nonNull)
                .mapToInt(TsmException::exitCode)
                .findFirst()
                .orElse(0);
    }

    private static boolean agreed(List<Stranger> strangers, Context context) {
        String list = strangers.stream().map(s -> "  " + told(s) + "\n").collect(Collectors.joining());
        String one = strangers.size() == 1 ? "this process" : "these processes";
        String answer = context.terminal()
                .ask("tsm does not manage " + one + ":\n" + list + "Kill " + (strangers.size() == 1 ? "it" : "them")
                        + "? [y/N] ")
                .orElseThrow(() -> new TsmException.Usage(
                        "tsm does not manage " + one + ", and there is no terminal to ask on:\n" + list.stripTrailing(),
                        "add --yes to kill " + (strangers.size() == 1 ? "it" : "them")));
        return Set.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
    }

    private static String told(Stranger stranger) {
        return "pid " + stranger.identity().pid() + ", user " + Visible.line(stranger.user()) + ": "
                + Visible.line(stranger.command())
                + (stranger.home() == null
                        ? ""
                        : "  (managed by another home's tsm, which may start it again; to stop it there: "
                                + Visible.line(Stranger.stop(stranger.identity().pid(), stranger.home())) + ")");
    }

    private static Killed kill(Killer killer, Stranger stranger) {
        try {
            return new Killed(stranger, killer.kill(stranger), null);
        } catch (TsmException e) {
            return new Killed(stranger, true, e);
        }
    }

    private static void tell(List<Keeper.Result> managed, List<Killed> strangers, Context context) {
        Results.print(
                managed, false, context, r -> r.process().label() + (r.changed() ? " killed" : " was stopped already"));
        for (Killed killed : strangers) {
            if (killed.failure() == null) {
                context.out((killed.wasThere() ? "killed " : "was gone already: ") + told(killed.stranger()) + "\n");
            } else {
                context.err(Errors.text(killed.failure(), context.errAnsi()));
            }
        }
    }

    private static byte[] document(List<Keeper.Result> managed, List<Killed> strangers) {
        return Json.object(document -> document.array("managed", managed, Results::fields)
                .array("others", strangers, (json, killed) -> {
                    json.field("pid", killed.stranger().identity().pid())
                            .field("user", killed.stranger().user())
                            .field("command", killed.stranger().command())
                            .field("home", killed.stranger().home())
                            .field("changed", killed.wasThere() && killed.failure() == null);
                    Results.failure(json, killed.failure());
                }));
    }

    @Override
    boolean changes() {
        return true;
    }
}

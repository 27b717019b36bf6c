package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Errors;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Services;
import dev.tetra.tsm.engine.Started;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Nearest;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Start the services that are enabled.",
            "tsm startup install, uninstall and status are about the daemon at boot."
        },
        exitCodeList = "1:One could not be started: the code is that of the first.",
        footer = "tsm startup")
final class StartupVerb extends Verb {
    private static final List<String> ACTIONS = List.of("install", "uninstall", "status");

    @Parameters(arity = "0..1", paramLabel = "install|uninstall|status", description = "The daemon at boot.")
    @Nullable
    String action;

    @Override
    int run(Context context) {
        if (action != null) {
            throw new TsmException.Usage(
                    "tsm startup knows " + String.join(", ", ACTIONS) + ", not '" + action + "'",
                    Nearest.to(action, ACTIONS)
                                    .map(word -> "did you mean: tsm startup " + word + "?  ")
                                    .orElse("")
                            + "tsm help startup shows how it is used");
        }
        List<Services.Result> results = context.engine().services().startEnabled(context.caller(), false, true);
        if (json) {
            context.terminal().document(Json.array(results, StartupVerb::write));
        } else if (results.isEmpty()) {
            context.note("no service is enabled; tsm enable NAME does that");
        } else {
            results.forEach(result -> tell(result, context));
        }
        return results.stream()
                .map(Services.Result::failure)
                .filter(Objects::nonNull)
                .mapToInt(TsmException::exitCode)
                .findFirst()
                .orElse(0);
    }

    private static void tell(Services.Result result, Context context) {
        String whose = "service " + result.service().name() + ": ";
        TsmException failure = result.failure();
        if (failure != null) {
            context.err(Errors.text(failure.in(whose + failure.getMessage(), failure.hint()), context.errAnsi()));
        } else if (result.started() != null) {
            result.started().notes().forEach(note -> context.note(whose + note));
            context.out(Told.running(
                            result.started().process(),
                            result.started().changed() ? "started" : "runs already",
                            context.ansi())
                    + "\n");
        }
    }

    private static void write(Json json, Services.Result result) {
        json.field("service", result.service().name());
        Started started = result.started();
        if (started != null) {
            json.object("process", process -> ProcessJson.result(process, started));
        }
        Results.failure(json, result.failure());
    }

    @Override
    boolean changes() {
        return true;
    }
}

package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Errors;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Keeper;
import dev.tetra.tsm.model.TsmException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tells what came of several processes: those that went well on stdout, the others as errors. */
final class Results {
    private Results() {}

    /**
     * Prints them.
     *
     * @param say what is said of one that went well
     * @return 0 when all went well, else the code of the first that did not
     */
    static int print(List<Keeper.Result> results, boolean json, Context context, Function<Keeper.Result, String> say) {
        int code = results.stream()
                .map(Keeper.Result::failure)
                .filter(Objects::nonNull)
                .mapToInt(TsmException::exitCode)
                .findFirst()
                .orElse(0);
        if (json) {
            context.terminal().document(Json.array(results, Results::fields));
            return code;
        }
        for (Keeper.Result result : results) {
            if (result.failure() == null) {
                context.out(say.apply(result) + "\n");
            } else {
                context.err(Errors.text(result.failure(), context.errAnsi()));
            }
        }
        return code;
    }

    /** The fields of one. */
    static void fields(Json json, Keeper.Result result) {
        json.field("id", result.process().id())
                .field("name", result.process().name())
                .field("namespace", result.process().spec().namespace())
                .field("status", result.process().status().word())
                .field("pid", result.process().pid())
                .field("port", result.process().port())
                .field("changed", result.changed())
                .strings("notes", result.notes());
        failure(json, result.failure());
    }

    /** Why it failed, if it did. */
    static void failure(Json json, @Nullable TsmException failure) {
        if (failure != null) {
            Errors.write(json, failure);
        }
    }
}

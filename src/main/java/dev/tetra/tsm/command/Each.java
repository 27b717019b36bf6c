package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Errors;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What came of doing the same for each of several names, where one that fails keeps none of the others from it. */
final class Each<T> {
    private record Done<T>(
            String name, @Nullable T result, @Nullable TsmException failure) {}

    private final List<Done<T>> all = new ArrayList<>();

    /**
     * Does it.
     *
     * @throws TsmException when there is only one name, and it fails
     */
    Each(List<String> names, Function<String, T> act) {
        for (String name : names) {
            try {
                all.add(new Done<>(name, act.apply(name), null));
            } catch (TsmException e) {
                if (names.size() == 1) {
                    throw e;
                }
                all.add(new Done<>(name, null, e));
            }
        }
    }

    /**
     * Prints it: the errors among the others in a document, else on stderr.
     *
     * @param key the field of a name that failed
     * @param fields the fields of one that did not
     * @param say what is said of one that did not
     * @return 0 when none failed, else the code of the first that did
     */
    int print(boolean json, Context context, String key, BiConsumer<Json, T> fields, BiConsumer<String, T> say) {
        if (json) {
            context.terminal().document(Json.array(all, (item, done) -> {
                if (done.result() != null) {
                    fields.accept(item, done.result());
                } else {
                    item.field(key, done.name());
                    Results.failure(item, done.failure());
                }
            }));
        }
        int code = 0;
        for (Done<T> done : all) {
            TsmException failure = done.failure();
            if (failure != null) {
                code = code == 0 ? failure.exitCode() : code;
                if (!json) {
                    context.err(Errors.text(failure, context.errAnsi()));
                }
            } else if (done.result() != null && !json) {
                say.accept(done.name(), done.result());
            }
        }
        return code;
    }
}

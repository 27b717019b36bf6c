package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Started;
import dev.tetra.tsm.engine.View;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON of a process (SPEC 17), from the table of its {@linkplain ProcessFields fields}. */
final class ProcessJson {
    private ProcessJson() {}

    /** A process with all that is known of it now. */
    static void process(Json json, View view) {
        ProcessFields.STORED.forEach(
                field -> put(json, field.name(), field.value().of(view.process())));
        ProcessFields.SEEN.stream()
                .filter(field -> !field.name().startsWith("logs."))
                .forEach(field -> put(json, field.name(), field.value().of(view)));
        json.object("logs", logs -> logs.field("out", view.out()).field("err", view.err()));
    }

    /** What came of a start. */
    static void result(Json json, Started started) {
        ProcessFields.STORED.forEach(
                field -> put(json, field.name(), field.value().of(started.process())));
        json.field("changed", started.changed()).strings("notes", started.notes());
    }

    private static void put(Json json, String name, @Nullable Object value) {
        switch (value) {
            case null -> json.field(name, (String) null);
            case Number number -> json.field(name, number);
            case Instant time -> json.field(name, time);
            case List<?> items
            when items.stream().allMatch(Number.class::isInstance) ->
                json.numbers(name, items.stream().map(Number.class::cast).toList());
            case List<?> items ->
                json.strings(name, items.stream().map(String::valueOf).toList());
            default -> json.field(name, value.toString());
        }
    }
}

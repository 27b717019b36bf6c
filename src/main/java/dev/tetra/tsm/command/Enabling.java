package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What enable and disable share. */
final class Enabling {
    private Enabling() {}

    static int run(List<String> names, boolean enabled, boolean json, Context context) {
        Map<String, Boolean> changed = new LinkedHashMap<>();
        for (String name : names) {
            changed.put(name, context.engine().services().book().enable(name, enabled, context.caller()));
        }
        if (json) {
            context.terminal()
                    .document(Json.array(
                            changed.entrySet(),
                            (object, entry) -> object.field("name", entry.getKey())
                                    .field("enabled", enabled)
                                    .field("changed", entry.getValue())));
            return 0;
        }
        changed.forEach((name, other) -> context.out("service " + name + " "
                + (enabled
                        ? "starts with the daemon" + (other ? "" : " already")
                        : other ? "no longer starts with the daemon" : "does not start with the daemon")
                + "\n"));
        return 0;
    }
}

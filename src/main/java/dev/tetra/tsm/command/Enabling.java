package dev.tetra.tsm.command;

import java.util.List;

/** What enable and disable share. */
final class Enabling {
    private record Change(String name, boolean changed) {}

    private Enabling() {}

    static int run(List<String> names, boolean enabled, boolean json, Context context) {
        Each<Change> each = new Each<>(
                names,
                name -> new Change(name, context.engine().services().book().enable(name, enabled, context.caller())));
        return each.print(
                json,
                context,
                "name",
                (object, change) -> object.field("name", change.name())
                        .field("enabled", enabled)
                        .field("changed", change.changed()),
                (name, change) -> context.out("service " + name + " "
                        + (enabled
                                ? "starts with the daemon" + (change.changed() ? "" : " already")
                                : change.changed()
                                        ? "no longer starts with the daemon"
                                        : "does not start with the daemon")
                        + "\n"));
    }
}

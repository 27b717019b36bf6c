package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.model.Observed;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The port of a process in one cell: {@code 8000} is the one that was given to it; {@code 8000≠3000} was given 8000, but
 * listens on 3000 only; {@code (3000)} was given none, but listens on 3000.
 */
final class PortText {
    private PortText() {}

    /** The cell. */
    static Cell cell(View view) {
        Integer given = view.process().port();
        if (view.listensElsewhere()) {
            return Cell.of(given + "≠" + seen(view, true), Style.YELLOW);
        }
        if (given != null) {
            return Cell.of(given);
        }
        String seen = seen(view, false);
        return Cell.of(seen.isEmpty() ? null : "(" + seen + ")");
    }

    private static String seen(View view, boolean tcpOnly) {
        List<Observed> observed = view.observed();
        return observed.stream()
                .filter(o -> !tcpOnly || o.protocol().equals("tcp"))
                .map(o -> o.protocol().equals("tcp") ? "" + o.port() : o.port() + "/" + o.protocol())
                .distinct()
                .collect(Collectors.joining(","));
    }
}

package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.spec.Classification;
import dev.tetra.tsm.spec.Classified;
import dev.tetra.tsm.spec.Pattern;
import dev.tetra.tsm.spec.PortHint;
import dev.tetra.tsm.spec.Secrets;
import java.util.Optional;

/** What a command was classified as, in words and in JSON. */
final class Classifications {
    private Classifications() {}

    /** The lines of text; the first five are those of the bash module. */
    static String text(Classified command, Classification classification) {
        Optional<PortHint> hint = classification.hint();
        StringBuilder text = new StringBuilder("Service Classification:\n");
        line(text, "Type", type(classification.type()));
        line(text, "Port Required", String.valueOf(classification.portRequired()));
        line(text, "IPC Enabled", String.valueOf(classification.ipcEnabled()));
        line(text, "Default Port", defaultPort(classification));
        hint.ifPresent(found -> line(text, "Port In Command", String.valueOf(found.port())));
        line(text, "Decided By", classification.decidedBy());
        line(text, "Kind", command.kind().word());
        return text.toString();
    }

    static void write(Json json, Classified command, Classification classification) {
        Optional<Pattern> pattern = classification.pattern();
        json.field("command", Secrets.maskCommand(command.command()))
                .strings("argv", Secrets.maskWords(command.argv()))
                .field("executable", command.executable())
                .field("kind", command.kind().word())
                .field("type", classification.type().word())
                .field("portRequired", classification.portRequired())
                .field("ipcEnabled", classification.ipcEnabled())
                .field("defaultPort", classification.defaultPort())
                .field("commandPort", classification.hint().map(PortHint::port).orElse(null))
                .field("pattern", pattern.map(Pattern::name).orElse(null))
                .field("patternOrigin", pattern.map(Pattern::origin).orElse(null))
                .field("decidedBy", classification.decidedBy())
                .strings("notes", command.notes());
    }

    private static String type(ProcessType type) {
        return switch (type) {
            case PORT -> "port-based";
            case SOCKET -> "socket-based";
            case PID -> "pid-based";
        };
    }

    private static String defaultPort(Classification classification) {
        if (classification.defaultPort() != null) {
            return classification.defaultPort().toString();
        }
        boolean range = classification.portRequired() && classification.hint().isEmpty();
        return range ? "the first free one of the range" : "none";
    }

    private static void line(StringBuilder to, String key, String value) {
        to.append("  ").append(key).append(": ").append(Visible.line(value)).append('\n');
    }
}

package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Style;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The overview of all verbs, grouped by what people want to do. */
final class HelpText {
    private record Group(String title, List<String> names) {}

    /** Every command that people use is in exactly one of them; a new one has to be put where it is looked for. */
    private static final List<Group> GROUPS = List.of(
            new Group(
                    "Run a command, and end it",
                    List.of(
                            "start", "stop", "restart", "reload", "scale", "delete", "kill", "signal", "wait", "ready",
                            "cleanup")),
            new Group("See what runs, and why", List.of("list", "top", "info", "why", "events")),
            new Group("Read what it writes", List.of("logs", "flush")),
            new Group(
                    "Have the right port, and find who has it",
                    List.of("ports", "ports range", "ports claim", "ports cleanup", "doctor port", "doctor kill")),
            new Group("Set its environment", List.of("init", "env", "doctor env")),
            new Group(
                    "Keep services, and have them come up at boot",
                    List.of(
                            "service",
                            "service add",
                            "service rm",
                            "service list",
                            "service import",
                            "service export",
                            "show",
                            "save",
                            "enable",
                            "disable",
                            "startup",
                            "startup install",
                            "startup uninstall",
                            "startup status")),
            new Group(
                    "Find out what is wrong",
                    List.of("doctor", "doctor healthcheck", "doctor orphans", "doctor clean")),
            new Group(
                    "Talk to a process through its control socket",
                    List.of("socket", "ipc list", "ipc test", "ipc send", "ipc cleanup")),
            new Group("Teach tsm your programs", List.of("classify", "patterns", "patterns test", "save pattern")),
            new Group("Be told of events", List.of("hook list", "hook add", "hook rm", "hook test")),
            new Group("Ask the history", List.of("sql")),
            new Group("Change settings", List.of("config list", "config get", "config set", "config unset")),
            new Group("Look after tsm itself", List.of("repl", "daemon", "shell-init", "version", "help")));

    private static final String EXAMPLES = """
              tsm start python3 -m http.server        a server, on a port that is free
              tsm start --name api --env dev app.js   a name, and env/dev.env
              tsm logs api -f                         follow what it writes
              tsm why api                             what happened, and what comes next
              tsm list --json | jq -r '.[].name'      for scripts
            """;

    private HelpText() {}

    /** The names in each group, by its title, in the order they are shown. */
    static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        GROUPS.forEach(group -> groups.put(group.title(), group.names()));
        return groups;
    }

    static String of(List<Verbs.Listed> verbs, Ansi ansi) {
        int width = verbs.stream().mapToInt(verb -> verb.name().length()).max().orElse(0) + 2;
        StringBuilder text = new StringBuilder();
        text.append("tsm keeps commands running.\n\nUsage: tsm COMMAND [words]\n");
        List<Verbs.Listed> left = new ArrayList<>(verbs);
        for (Group group : GROUPS) {
            List<Verbs.Listed> members = group.names().stream()
                    .flatMap(name -> verbs.stream().filter(verb -> verb.name().equals(name)))
                    .toList();
            left.removeAll(members);
            append(group.title(), members, width, ansi, text);
        }
        append("More", left, width, ansi, text);
        text.append('\n')
                .append(ansi.paint(Style.BOLD, "Examples"))
                .append('\n')
                .append(EXAMPLES);
        text.append("\ntsm help COMMAND says more about one. What prints something takes --json.\n");
        return text.toString();
    }

    private static void append(String title, List<Verbs.Listed> verbs, int width, Ansi ansi, StringBuilder to) {
        if (verbs.isEmpty()) {
            return;
        }
        to.append('\n').append(ansi.paint(Style.BOLD, title)).append('\n');
        for (Verbs.Listed verb : verbs) {
            to.append("  ").append(ansi.paint(Style.CYAN, verb.name()));
            to.repeat(' ', width - verb.name().length()).append(verb.description());
            List<String> words = verb.aliases().stream()
                    .filter(alias -> !alias.startsWith("-"))
                    .toList();
            to.append(words.isEmpty() ? "" : " Also: " + String.join(", ", words) + ".")
                    .append('\n');
        }
    }
}

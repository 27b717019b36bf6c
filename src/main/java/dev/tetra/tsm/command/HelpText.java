package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Style;
import java.util.ArrayList;
import java.util.List;

/** The overview of all verbs, grouped by what people want to do. */
final class HelpText {
    private record Group(String title, List<String> names) {}

    private static final List<Group> GROUPS = List.of(
            new Group("Start and stop", List.of("start", "stop", "restart", "delete", "kill", "signal", "cleanup")),
            new Group("Look", List.of("list", "info", "why", "events", "wait")),
            new Group("Logs", List.of("logs", "flush")),
            new Group(
                    "Ports and commands",
                    List.of(
                            "ports",
                            "ports range",
                            "ports claim",
                            "ports cleanup",
                            "classify",
                            "patterns",
                            "patterns test")),
            new Group("Environment", List.of("init", "env")),
            new Group(
                    "Doctor",
                    List.of(
                            "doctor",
                            "doctor port",
                            "doctor kill",
                            "doctor orphans",
                            "doctor healthcheck",
                            "doctor clean",
                            "doctor env")),
            new Group("Control sockets", List.of("ipc list", "ipc test", "ipc send", "ipc cleanup", "socket")),
            new Group(
                    "Services",
                    List.of(
                            "service",
                            "service add",
                            "service rm",
                            "service list",
                            "service import",
                            "service export",
                            "show",
                            "enable",
                            "disable",
                            "save",
                            "save pattern",
                            "startup",
                            "startup install",
                            "startup uninstall",
                            "startup status")),
            new Group("The daemon, and help", List.of("daemon", "shell-init", "version", "help")));

    private static final String EXAMPLES = """
              tsm start python3 -m http.server          a server, on a port that is free
              tsm start --name api --env dev node app.js
              tsm logs api -f                           follow what it writes
              tsm why api                               what happened to it, and what comes next
            """;

    private HelpText() {}

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
        text.append("\ntsm help COMMAND says more about one.\n");
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

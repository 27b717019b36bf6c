package dev.tetra.tsm.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a command is told its port: {@code SERVER_PORT={port} {cmd} --listen {port}}.
 *
 * @param environment variables to set, from the leading {@code NAME=value} words
 * @param added the words that are added to the command
 * @param text the template as written
 */
public record Template(Map<String, String> environment, List<String> added, String text) {
    private static final String COMMAND = "{cmd}";
    private static final String PORT = "{port}";

    /** Adds nothing. */
    static final Template NONE = new Template(Map.of(), List.of(), COMMAND);

    public Template {
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        added = List.copyOf(added);
    }

    /**
     * A command with its port.
     *
     * @param argv the words to execute
     * @param environment variables to set besides {@code PORT}
     */
    public record Applied(List<String> argv, Map<String, String> environment) {}

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException when it is wrong; the message says how
     */
    static Template parse(String text) {
        Map<String, String> environment = new LinkedHashMap<>();
        List<String> added = new ArrayList<>();
        boolean command = false;
        if (!text.contains(COMMAND)) {
            throw new IllegalArgumentException("the template has no {cmd}");
        }
        for (String word : CommandWords.split(text)) {
            checkBraces(word);
            if (word.equals(COMMAND)) {
                if (command) {
                    throw new IllegalArgumentException("the template has {cmd} twice");
                }
                command = true;
            } else if (word.contains(COMMAND)) {
                throw new IllegalArgumentException("{cmd} must be a word of its own, not '" + word + "'");
            } else if (command) {
                added.add(word);
            } else if (CommandWords.isAssignment(word)) {
                environment.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
            } else {
                throw new IllegalArgumentException(
                        "before {cmd} there may only be NAME=value words, not '" + word + "'");
            }
        }
        return new Template(environment, added, text);
    }

    /** True when the port stands in it somewhere. */
    boolean usesPort() {
        return addsPort() || environment.values().stream().anyMatch(v -> v.contains(PORT));
    }

    /** True when the port can only be passed on by adding words to the command. */
    boolean addsPort() {
        return added.stream().anyMatch(w -> w.contains(PORT));
    }

    /**
     * Fills the template in. The user's words stay as they are, never split again; added words come after them, but
     * before a {@code --}, behind which they would mean something else.
     *
     * @param portInCommand true when the command has the port already: then the words with {@code {port}}, and the option
     *     right before such a word, are left out
     */
    Applied apply(List<String> argv, int port, boolean portInCommand) {
        String number = Integer.toString(port);
        List<String> words = new ArrayList<>();
        for (String word : added) {
            if (!word.contains(PORT)) {
                words.add(word);
            } else if (!portInCommand) {
                words.add(word.replace(PORT, number));
            } else if (!word.startsWith("-")
                    && !words.isEmpty()
                    && words.getLast().startsWith("-")) {
                words.removeLast();
            }
        }
        Map<String, String> variables = new LinkedHashMap<>();
        environment.forEach((name, value) -> variables.put(name, value.replace(PORT, number)));
        List<String> all = new ArrayList<>(argv);
        int end = argv.indexOf("--");
        all.addAll(end < 0 ? argv.size() : end, words);
        return new Applied(List.copyOf(all), variables);
    }

    private static void checkBraces(String word) {
        String rest = word.replace(COMMAND, "").replace(PORT, "");
        int open = rest.indexOf('{');
        int close = open < 0 ? -1 : rest.indexOf('}', open);
        if (close > 0) {
            throw new IllegalArgumentException("'" + rest.substring(open, close + 1) + "' is none of {cmd}, {port}");
        }
    }
}

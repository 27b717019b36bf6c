package dev.tetra.tsm.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Sees through the commands that only run another one, as {@code poetry run} and {@code npx} do. */
final class Wrappers {
    private static final Set<String> ONE_WORD =
            Set.of("env", "nohup", "exec", "setsid", "nice", "time", "npx", "bunx", "uvx", "xvfb-run");
    private static final Set<String> RUN = Set.of("poetry", "uv", "pipenv", "pdm", "rye", "hatch");
    private static final Set<String> EXEC = Set.of("bundle", "npm", "pnpm", "yarn", "mise", "direnv");

    private Wrappers() {}

    /**
     * The commands that these words run, from the innermost to the words themselves. {@code python -m NAME} also counts
     * as the program NAME. Assignments in front are left out.
     */
    static List<List<String>> forms(List<String> words) {
        List<List<String>> forms = new ArrayList<>();
        List<String> command = CommandWords.withoutAssignments(words);
        while (!command.isEmpty()) {
            forms.addFirst(command);
            command = next(command);
        }
        List<String> module = forms.isEmpty() ? List.of() : module(forms.getFirst());
        if (!module.isEmpty()) {
            forms.addFirst(module);
        }
        return forms;
    }

    /** The command inside of all wrappers, with {@code python -m} kept; the words themselves when there is none. */
    static List<String> innermost(List<String> words) {
        List<String> command = CommandWords.withoutAssignments(words);
        for (List<String> next = next(command); !next.isEmpty(); next = next(next)) {
            command = next;
        }
        return command;
    }

    /** The module that {@code python -m} runs and what follows it; empty when it runs none. */
    static List<String> module(List<String> command) {
        if (command.isEmpty()
                || !Set.of("python", "pypy")
                        .contains(ProgramName.of(command.getFirst()).stem())) {
            return List.of();
        }
        for (int i = 1; i < command.size() && command.get(i).startsWith("-"); i++) {
            if (command.get(i).equals("-m")) {
                return command.subList(i + 1, command.size());
            } else if (command.get(i).equals("-X") || command.get(i).equals("-W")) {
                i++;
            }
        }
        return List.of();
    }

    private static List<String> next(List<String> command) {
        if (command.size() < 2) {
            return List.of();
        }
        String program = ProgramName.base(command.getFirst());
        int skip;
        if (ONE_WORD.contains(program)) {
            skip = 1;
        } else if ((RUN.contains(program) && command.get(1).equals("run"))
                || (EXEC.contains(program) && Set.of("exec", "x", "dlx").contains(command.get(1)))) {
            skip = 2;
        } else {
            return List.of();
        }
        while (skip < command.size() && Set.of("-y", "--yes", "--", "-i").contains(command.get(skip))) {
            skip++;
        }
        List<String> rest = CommandWords.withoutAssignments(command.subList(skip, command.size()));
        return rest.isEmpty() || rest.getFirst().startsWith("-") ? List.of() : rest;
    }
}

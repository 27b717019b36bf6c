package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Words;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Print the completion and the functions for a shell.",
            "For bash and zsh that has the functions of the bash module too: tsm_… and tetra_tsm_COMMAND."
        },
        footer = {
            "eval \"$(tsm shell-init bash)\"       # in ~/.bashrc; zsh likewise",
            "tsm shell-init fish | source        # in config.fish"
        })
final class ShellInitVerb extends Verb {
    private enum Shell {
        BASH,
        ZSH,
        FISH
    }

    static final class Shells extends Choices {
        Shells() {
            super(Shell.values());
        }
    }

    private final Verbs verbs;

    @Parameters(
            index = "0",
            paramLabel = "SHELL",
            completionCandidates = Shells.class,
            description = "bash, zsh or fish.")
    String shell = "";

    ShellInitVerb(Verbs verbs) {
        this.verbs = verbs;
    }

    @Override
    int run(Context context) throws IOException {
        Shell wanted = Words.parse(Shell.class, shell, "tsm shell-init");
        String launcher = context.daemon().launcher().path();
        if (launcher.isEmpty()) {
            throw new TsmException.Failed(
                    "only the tsm script can be named in a shell's functions", "run: bin/tsm shell-init " + shell);
        }
        String text =
                script(wanted, verbs).replace("@TSM@", wanted == Shell.FISH ? fishQuoted(launcher) : quoted(launcher));
        if (json) {
            context.terminal()
                    .document(Json.object(document ->
                            document.field("shell", Words.of(wanted)).field("script", text)));
        } else {
            context.out(text);
        }
        return 0;
    }

    /** The scripts by the name of their shell, for a launcher to print: {@code @TSM@} stands for its own path. */
    static Map<String, String> scripts(Verbs verbs) throws IOException {
        Map<String, String> scripts = new LinkedHashMap<>();
        for (Shell shell : Shell.values()) {
            scripts.put(Words.of(shell), script(shell, verbs));
        }
        return scripts;
    }

    private static String script(Shell shell, Verbs verbs) throws IOException {
        return shell == Shell.FISH
                ? resource("tsm.fish")
                : resource("functions.sh") + functions(verbs) + resource(shell == Shell.BASH ? "tsm.bash" : "tsm.zsh");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ShellInitVerb.class.getResourceAsStream("/shell/" + name)) {
            if (in == null) {
                throw new IOException("tsm was built without its file shell/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The functions {@code tetra_tsm_COMMAND}, one for each name of a command. */
    private static String functions(Verbs verbs) {
        return verbs.all().stream()
                .flatMap(verb -> Stream.concat(Stream.of(verb.name()), verb.aliases().stream()))
                .filter(name -> !name.startsWith("-"))
                .map(name -> "tetra_tsm_" + name.replaceAll("[ -]", "_") + "() { @TSM@ " + name + " \"$@\"; }\n")
                .collect(Collectors.joining());
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private static String fishQuoted(String word) {
        return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    @Override
    boolean quiet() {
        return true;
    }
}

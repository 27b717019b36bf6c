package dev.tetra.tsm.command;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Words;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Print what a shell evaluates to complete tsm's words: eval \"$(tsm shell-init bash)\".",
            "For bash and zsh this has the functions of the bash module too: tsm_… and tetra_tsm_COMMAND. fish:"
                    + " tsm shell-init fish | source"
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
        String script = wanted == Shell.FISH
                ? resource("tsm.fish")
                : resource("functions.sh") + functions() + resource(wanted == Shell.BASH ? "tsm.bash" : "tsm.zsh");
        context.out(script.replace("@TSM@", wanted == Shell.FISH ? fishQuoted(launcher) : quoted(launcher)));
        return 0;
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
    private String functions() {
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
    boolean offersJson() {
        return false;
    }

    @Override
    boolean quiet() {
        return true;
    }
}

package dev.tetra.tsm.e2e;

import dev.tetra.tsm.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A real terminal of 100 columns and 40 lines, in a tmux server of its own. Closing it ends that server. */
final class Tmux implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final TsmHome home;
    private final Path socket;

    private Tmux(TsmHome home, String name) {
        this.home = home;
        this.socket = home.work().resolveSibling(name);
    }

    /** A terminal with a plain bash in the home's working directory, in which {@code tsm} is on the PATH. */
    static Tmux open(TsmHome home) {
        return open(home, "tmux");
    }

    /** Another one beside the first. */
    static Tmux openSecond(TsmHome home) {
        return open(home, "tmux2");
    }

    private static Tmux open(TsmHome home, String name) {
        Tmux tmux = new Tmux(home, name);
        List<String> command = new ArrayList<>(
                List.of("env", "PATH=" + home.launcher().getParent() + ":/usr/bin:/bin", "PS1=shell$ "));
        command.addAll(tmux.command("new-session", "-d", "-x", "100", "-y", "40", "bash", "--norc", "--noprofile"));
        home.run(command, new byte[0]).expect(0);
        tmux.await("shell$");
        return tmux;
    }

    private String call(String... words) {
        return home.run(command(words), new byte[0]).expect(0).out();
    }

    private List<String> command(String... words) {
        List<String> command = new ArrayList<>(List.of("tmux", "-S", socket.toString(), "-f", "/dev/null"));
        command.addAll(List.of(words));
        return command;
    }

    /** Types a text as it is. */
    Tmux type(String text) {
        call("send-keys", "-l", "--", text.endsWith(";") ? text.substring(0, text.length() - 1) + "\\;" : text);
        return this;
    }

    /** Presses a key by tmux's name of it, such as {@code Enter} or {@code C-c}. */
    Tmux press(String key) {
        call("send-keys", key);
        return this;
    }

    /** Types a line and Enter. */
    Tmux enter(String line) {
        return type(line).press("Enter");
    }

    /** Gives the terminal another size. */
    Tmux resize(int columns, int rows) {
        call("resize-window", "-x", String.valueOf(columns), "-y", String.valueOf(rows));
        return this;
    }

    /** Whether a program has the alternate screen. */
    boolean onAlternateScreen() {
        return call("display-message", "-p", "#{alternate_on}").strip().equals("1");
    }

    /** What is on the screen, without blanks at the end of lines. */
    String screen() {
        return call("capture-pane", "-p").stripTrailing();
    }

    /** The last line on the screen. */
    String lastLine() {
        String screen = screen();
        return screen.substring(screen.lastIndexOf('\n') + 1);
    }

    /** Waits until the screen holds a text. */
    Tmux await(String text) {
        return await("'" + text + "'", screen -> screen.contains(text));
    }

    /** Waits until the last line is a prompt with nothing after it. */
    Tmux awaitPrompt(String prompt) {
        return await("the prompt " + prompt, screen -> lastLine().equals(prompt));
    }

    Tmux await(String what, Predicate<String> condition) {
        try {
            Await.until(what + " is on the screen", SOON, () -> condition.test(screen()));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; there is:\n" + screen(), e);
        }
        return this;
    }

    /** Forgets what has scrolled by, and empties the screen. */
    Tmux clean() {
        press("C-l");
        return await("nothing but a line", screen -> !screen.strip().contains("\n"));
    }

    @Override
    public void close() {
        call("kill-server");
    }
}

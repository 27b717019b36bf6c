package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Secrets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A running process that tsm does not manage.
 *
 * @param command its words in one line, with what looks secret masked
 * @param home the other home whose tsm started it; null when none did
 */
public record Stranger(
        Identity identity,
        String user,
        String command,
        @Nullable String home) {
    /** The words of a process in one line, with what looks secret masked; empty when it has none. */
    static String command(long pid, Host host) {
        return CommandWords.join(Secrets.maskWords(host.commandLine(pid)));
    }

    /** The command that stops a process of another home. */
    public static String stop(long pid, String home) {
        return "TSM_DIR=" + CommandWords.quote(home) + " tsm stop pid:" + pid;
    }

    /** The home whose tsm started a process, when it is another than this one. */
    static Optional<String> otherHome(long pid, Host host, Path own) {
        return host.environmentVariable(pid, "TSM_RUN")
                .flatMap(run -> host.environmentVariable(pid, "TSM_DIR"))
                .filter(home -> home.startsWith("/") && !home.equals(own.toString()));
    }
}

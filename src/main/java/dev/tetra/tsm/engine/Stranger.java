package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Secrets;

/**
 * A running process that tsm does not manage.
 *
 * @param command its words in one line, with what looks secret masked
 */
public record Stranger(Identity identity, String user, String command) {
    /** The words of a process in one line, with what looks secret masked; empty when it has none. */
    static String command(long pid, Host host) {
        return CommandWords.join(Secrets.maskWords(host.commandLine(pid)));
    }
}

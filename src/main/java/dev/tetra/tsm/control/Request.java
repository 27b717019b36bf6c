package dev.tetra.tsm.control;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One call of a client: its words and the circumstances it was made in. Every text is decoded by
 * {@link dev.tetra.tsm.model.RawText}, so bytes that are not UTF-8 survive.
 *
 * @param launcherBuild the build id of the client's program, such as {@code 0.1.0+20260102030405}
 * @param launcher absolute path of the launcher script: {@code bash <launcher> __daemon} starts that version's daemon;
 *     empty when the client has none
 * @param cwd the client's working directory, absolute
 * @param umask the client's file mode creation mask, 0 to 0777
 * @param width columns of the terminal on stdout; 0 when stdout is no terminal
 * @param flags the circumstances by name: {@code out-tty}, {@code err-tty}, {@code in-tty}, {@code no-color}; of a
 *     launcher in a clone also {@code unchecked} or {@code checked-N}
 * @param clientPid the client's pid
 * @param user the login name of the client's user
 * @param words the command and its arguments
 */
public record Request(
        String launcherBuild,
        String launcher,
        String cwd,
        int umask,
        int width,
        Set<String> flags,
        long clientPid,
        String user,
        List<String> words) {
    static final int PROTOCOL = 1;

    private static final String CHECKED = "checked-";

    public Request {
        flags = Set.copyOf(flags);
        words = List.copyOf(words);
    }

    /** Whether the client's stdout is a terminal. */
    public boolean outIsTerminal() {
        return flags.contains("out-tty");
    }

    /** Whether the client's stderr is a terminal. */
    public boolean errIsTerminal() {
        return flags.contains("err-tty");
    }

    /** Whether the client's stdin is a terminal, so that a question can be answered. */
    public boolean inIsTerminal() {
        return flags.contains("in-tty");
    }

    /** Whether the user asked for no colours ({@code NO_COLOR}). */
    public boolean noColor() {
        return flags.contains("no-color");
    }

    /**
     * Whether the launcher leaves it to the daemon to know that the sources of its clone are those the jar was built of.
     */
    public boolean sourcesUnchecked() {
        return flags.contains("unchecked");
    }

    /**
     * The number of the last change of the sources that the launcher was told, if it has looked at them since then; see
     * {@link Answer#uncheckedSources}.
     */
    public OptionalLong sourcesChecked() {
        return flags.stream()
                .filter(flag -> flag.startsWith(CHECKED))
                .map(flag -> flag.substring(CHECKED.length()))
                .filter(number -> number.matches("[0-9]{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }
}

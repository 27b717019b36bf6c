package dev.tetra.tsm.os;

import dev.tetra.tsm.model.TsmException;
import java.util.List;
import java.util.Locale;

/** Names and numbers of signals, as this machine counts them (signal(7); macOS: sys/signal.h). */
public final class Signals {
    private static final List<String> LINUX = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");
    private static final List<String> MACOS = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "EMT", "FPE", "KILL", "BUS", "SEGV", "SYS", "PIPE", "ALRM",
            "TERM", "URG", "STOP", "TSTP", "CONT", "CHLD", "TTIN", "TTOU", "IO", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "INFO", "USR1", "USR2");
    private static final boolean IS_LINUX = Platform.current() == Platform.LINUX;
    private static final List<String> NAMES = IS_LINUX ? LINUX : MACOS;
    /** glibc and musl keep the kernel's first real-time signals for themselves, so SIGRTMIN is 34 or 35; 34 in glibc. */
    private static final int RTMIN = 34;

    private static final int LAST = IS_LINUX ? 64 : 31;

    public static final int HUP = 1;
    public static final int INT = 2;
    public static final int KILL = 9;
    public static final int TERM = 15;
    /** Differs between systems. */
    public static final int CONT = number("CONT");

    private Signals() {}

    /**
     * The number of a signal.
     *
     * @param text {@code TERM}, {@code SIGTERM} or {@code 15}, in any case; on Linux also {@code RTMIN+3}
     * @throws TsmException.Usage when this machine has no such signal
     */
    public static int number(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        name = name.startsWith("SIG") ? name.substring(3) : name;
        int at = NAMES.indexOf(name);
        if (at >= 0) {
            return at + 1;
        }
        int number = IS_LINUX && name.startsWith("RTMIN") ? realTime(name) : digits(name);
        if (number < 1 || number > LAST) {
            throw new TsmException.Usage(
                    "'" + text + "' is not a signal", "use a name such as TERM or HUP, or a number from 1 to " + LAST);
        }
        return number;
    }

    private static int realTime(String name) {
        if (name.equals("RTMIN")) {
            return RTMIN;
        }
        int more = name.startsWith("RTMIN+") ? digits(name.substring(6)) : -1;
        return more < 0 ? -1 : RTMIN + more;
    }

    private static int digits(String text) {
        return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
    }

    /** The name without SIG; the number itself for one that has no name. */
    public static String name(int signal) {
        if (signal >= 1 && signal <= NAMES.size()) {
            return NAMES.get(signal - 1);
        }
        if (IS_LINUX && signal >= RTMIN && signal <= LAST) {
            return signal == RTMIN ? "RTMIN" : "RTMIN+" + (signal - RTMIN);
        }
        return Integer.toString(signal);
    }
}

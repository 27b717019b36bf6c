package dev.tetra.tsm.os;

import dev.tetra.tsm.model.RawText;
import org.jspecify.annotations.Nullable;

/** The line of {@code /proc/PID/stat}, proc_pid_stat(5). */
final class StatLine {
    private final byte[] bytes;
    private final int length;
    private int at;

    StatLine(byte[] bytes, int length) {
        this.bytes = bytes;
        this.length = length;
    }

    /** What it says; null when it is cut off. */
    @Nullable
    ProcessInfo parse(long uid, long nanosPerTick, long pageSize) {
        int open = 0;
        while (open < length && bytes[open] != '(') {
            open++;
        }
        int close = closing(open);
        if (close <= open || close + 4 >= length) {
            return null;
        }
        String comm = RawText.decode(bytes, open + 1, close - open - 1);
        long pid = number();
        char state = (char) bytes[close + 2];
        at = close + 4;
        long ppid = number();
        long pgid = number();
        long sid = number();
        skip(7);
        long cpu = number() + number();
        long childrenCpu = number() + number();
        skip(4);
        long startTicks = number();
        skip(1);
        long rss = number() * pageSize;
        return new ProcessInfo(
                pid,
                ppid,
                pgid,
                sid,
                uid,
                state,
                startTicks,
                cpu * nanosPerTick,
                childrenCpu * nanosPerTick,
                rss,
                comm);
    }

    /**
     * Whether the environment is known to hold nothing: its first and its last address are the same. They are 0 while the
     * process executes a program and the new memory is not laid out yet, and the same for the moment in which it is; where
     * the code begins is known only after that (create_elf_tables and load_elf_binary in fs/binfmt_elf.c).
     */
    boolean environmentEmpty() {
        at = closing(0) + 4;
        skip(22);
        long code = number();
        skip(23);
        long start = number();
        long end = number();
        return start == end && end != 0 && code != 0;
    }

    /** Where the name ends. It may hold spaces and parentheses itself, so what follows counts from the last one. */
    private int closing(int open) {
        int close = length - 1;
        while (close > open && bytes[close] != ')') {
            close--;
        }
        return close;
    }

    private long number() {
        boolean negative = at < length && bytes[at] == '-';
        if (negative) {
            at++;
        }
        long number = 0;
        while (at < length && bytes[at] >= '0' && bytes[at] <= '9') {
            number = number * 10 + (bytes[at++] - '0');
        }
        at++;
        return negative ? -number : number;
    }

    private void skip(int fields) {
        for (int i = 0; i < fields; i++) {
            while (at < length && bytes[at] != ' ') {
                at++;
            }
            at++;
        }
    }
}

package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Identity;

/**
 * One process at the time of the scan.
 *
 * @param pgid its process group
 * @param sid its session
 * @param uid the effective user; -1 when the machine does not tell. Linux: the owner of {@code /proc/PID}, which is
 *     root for a process that is not dumpable (proc(5))
 * @param state the kernel's letter: R, S, D, T (stopped), Z (zombie), …
 * @param startTicks as in {@link Identity#startTicks}
 * @param cpuNanos user plus system time used so far, all threads; without that of children
 * @param childrenCpuNanos that of its children which have ended and were waited for, and of theirs; 0 where the machine
 *     does not tell
 * @param rssBytes resident memory
 * @param comm the short name (Linux: at most 15 bytes)
 */
public record ProcessInfo(
        long pid,
        long ppid,
        long pgid,
        long sid,
        long uid,
        char state,
        long startTicks,
        long cpuNanos,
        long childrenCpuNanos,
        long rssBytes,
        String comm) {
    /** Ended, but not yet waited for by its parent; or about to be. */
    public boolean dead() {
        return state == 'Z' || state == 'X';
    }

    /** Who this is, in the machine's life. */
    public Identity identity(String bootId) {
        return new Identity(pid, startTicks, bootId);
    }
}

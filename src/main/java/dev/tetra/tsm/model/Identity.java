package dev.tetra.tsm.model;

/**
 * Which process of the machine's whole life a pid means: a pid alone is reused.
 *
 * @param pid the process id, greater than 0
 * @param startTicks the kernel's start time of the process, in the platform's own unit since its boot (Linux: clock
 *     ticks, field 22 of {@code /proc/PID/stat}, proc_pid_stat(5); macOS: microseconds since the epoch)
 * @param bootId which boot of the machine; Linux: {@code /proc/sys/kernel/random/boot_id}
 */
public record Identity(long pid, long startTicks, String bootId) {
    public Identity {
        if (pid <= 0) {
            throw new IllegalArgumentException("pid " + pid);
        }
    }
}

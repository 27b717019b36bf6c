package dev.tetra.tsm.model;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a program may use.
 *
 * @param nice its priority, from -20 (most of the processor) to 19; null for the daemon's
 * @param ulimits at most one of each resource
 * @param umask its file mode creation mask, 0 to 0777; null for the caller's
 * @param milliCpus thousandths of a processor for all of its processes together; null for no limit
 * @param memory bytes for all of its processes together; null for no limit
 */
public record Allowance(
        @Nullable Integer nice,
        List<Ulimit> ulimits,
        @Nullable Integer umask,
        @Nullable Integer milliCpus,
        @Nullable Long memory) {
    /** What everybody may. */
    public static final Allowance NONE = new Allowance(null, List.of(), null, null, null);

    public Allowance {
        ulimits = List.copyOf(ulimits);
        if (nice != null && (nice < -20 || nice > 19)) {
            throw new TsmException.Usage(
                    "--nice: " + nice + " is no priority",
                    "give a number from -20 (most) to 19 (least of the processor)");
        }
        if (umask != null && (umask < 0 || umask > 0777)) {
            throw new TsmException.Usage(
                    "--umask: " + Integer.toOctalString(umask) + " is no mask", "give an octal number up to 777");
        }
        if (milliCpus != null && milliCpus < 10) {
            throw new TsmException.Usage("--cpu: less than 0.01 of a processor", "give a number such as 0.5 or 2");
        }
        if (memory != null && memory < 1 << 20) {
            throw new TsmException.Usage("--memory-limit: less than 1M", "write it like 300M or 2G");
        }
        Set<Ulimit.Resource> seen = EnumSet.noneOf(Ulimit.Resource.class);
        for (Ulimit ulimit : ulimits) {
            if (!seen.add(ulimit.resource())) {
                throw new TsmException.Usage(
                        "--ulimit: " + ulimit.resource().word() + " is given twice",
                        "give it once, as SOFT:HARD for both");
            }
        }
    }

    /** Whether it takes a control group. */
    public boolean grouped() {
        return milliCpus != null || memory != null;
    }

    /** The controllers of control groups that it takes, as the kernel names them. */
    public List<String> controllers() {
        List<String> all = new ArrayList<>(2);
        if (milliCpus != null) {
            all.add("cpu");
        }
        if (memory != null) {
            all.add("memory");
        }
        return all;
    }

    /** The options for which it takes a control group, as messages name them. */
    public String grouping() {
        return memory == null ? "--cpu" : milliCpus == null ? "--memory-limit" : "--cpu with --memory-limit";
    }
}

package dev.tetra.tsm.model;

import org.jspecify.annotations.Nullable;

/**
 * A limit of one process, as setrlimit(2) has it.
 *
 * @param soft what holds; null for no limit
 * @param hard up to what the program may raise it; null for no limit
 */
public record Ulimit(
        Resource resource, @Nullable Long soft, @Nullable Long hard) {
    /** What {@code 1024} bytes is in shells: limits of memory and files can only be set in such steps. */
    public static final int STEP = 1024;

    /** What is limited. The names are those of limits.conf(5). */
    public enum Resource {
        /** Descriptors, plus one. */
        NOFILE(Unit.COUNT),
        /** Processes and threads of the user. */
        NPROC(Unit.COUNT),
        /** The size of a core file; 0 for none. */
        CORE(Unit.BYTES),
        /** The address space. */
        AS(Unit.BYTES),
        /** Processor time. */
        CPU(Unit.SECONDS),
        /** The size of files it writes. */
        FSIZE(Unit.BYTES),
        /** Memory that is locked. */
        MEMLOCK(Unit.BYTES),
        /** The stack of the main thread. */
        STACK(Unit.BYTES),
        /** Data segments, heap and private mappings. */
        DATA(Unit.BYTES);

        private final Unit unit;

        Resource(Unit unit) {
            this.unit = unit;
        }

        /** In what it is counted. */
        public Unit unit() {
            return unit;
        }

        /** The word shown to users and stored. */
        public String word() {
            return Words.of(this);
        }
    }

    /** What an amount counts. */
    public enum Unit {
        /** Pieces. */
        COUNT,
        /** Bytes. */
        BYTES,
        /** Seconds. */
        SECONDS
    }

    public Ulimit {
        if (beyond(soft, hard)) {
            throw new TsmException.Usage(
                    "--ulimit " + resource.word() + ": the soft limit is above the hard one", "write it as SOFT:HARD");
        }
        step(resource, soft);
        step(resource, hard);
    }

    private static void step(Resource resource, @Nullable Long amount) {
        if (amount != null && (amount < 0 || (resource.unit() == Unit.BYTES && amount % STEP != 0))) {
            throw new TsmException.Usage(
                    "--ulimit " + resource.word() + ": " + amount + " bytes are no multiple of " + STEP,
                    "write it like 512K, 64M or 2G");
        }
    }

    /** Whether one limit is above another; null is no limit. */
    public static boolean beyond(@Nullable Long one, @Nullable Long other) {
        return other != null && (one == null || one > other);
    }
}

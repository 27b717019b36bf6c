package dev.tetra.tsm.store;

/**
 * Whether somebody waits for what is being done, such as a client for the answer to its command. Transactions of such work
 * do not queue behind those of a thousand processes that have all ended at once.
 */
public final class Urgency {
    private static final ScopedValue<Boolean> URGENT = ScopedValue.newInstance();

    private Urgency() {}

    /** Does something that somebody waits for, in this thread alone. */
    public static void run(Runnable work) {
        ScopedValue.where(URGENT, true).run(work);
    }

    static boolean isUrgent() {
        return URGENT.isBound();
    }
}

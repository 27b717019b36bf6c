package dev.tetra.tsm.spec;

/**
 * A field of a {@link Cron} expression.
 *
 * @param values a bit for each value
 * @param any whether it begins with {@code *}, so that it restricts nothing of itself
 * @param last whether it has {@code L}, the last day of a month
 * @param given whether it was written, rather than understood
 */
record CronField(long values, boolean any, boolean last, boolean given) {
    boolean has(int value) {
        return (values >>> value & 1) != 0;
    }

    /** The first value from a number on; -1 when there is none. */
    int next(int from) {
        if (from > 63) {
            return -1;
        }
        long left = values >>> from;
        return left == 0 ? -1 : from + Long.numberOfTrailingZeros(left);
    }
}

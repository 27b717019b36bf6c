package dev.tetra.tsm.command.render;

/** Amounts of memory and data for people. */
public final class Bytes {
    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};

    private Bytes() {}

    /**
     * An amount such as {@code 512 B} or {@code 12.3 MB}, with units of 1024, as the limits that users give.
     *
     * @param bytes at least 0
     */
    public static String human(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(bytes + " bytes");
        }
        if (bytes < 1024) {
            return bytes + " B";
        }
        int unit = 0;
        double amount = bytes;
        // 1023.95 would be rounded to 1024.0 of the smaller unit
        while (amount >= 1023.95) {
            amount /= 1024;
            unit++;
        }
        return Percent.oneDigit(amount) + " " + UNITS[unit];
    }
}

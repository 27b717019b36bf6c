package dev.tetra.tsm.command.render;

/** Shares for people. */
public final class Percent {
    private Percent() {}

    /** A share such as {@code 0.4%}; {@code -} for one that is no number. 100 is one core, so it may be more. */
    public static String human(double percent) {
        return Double.isFinite(percent) ? oneDigit(percent) + "%" : "-";
    }

    /** With one digit after the point, whatever the locale; String.format would take most of a table's time. */
    static String oneDigit(double number) {
        long tenths = Math.round(Math.abs(number) * 10);
        String sign = number < 0 && tenths != 0 ? "-" : "";
        return sign + tenths / 10 + "." + tenths % 10;
    }
}

package dev.tetra.tsm.command.render;

/** How a piece of text looks on a terminal that wants colour. */
public enum Style {
    PLAIN(""),
    BOLD("1"),
    DIM("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33"),
    BLUE("34"),
    MAGENTA("35"),
    CYAN("36");

    private final String code;

    Style(String code) {
        this.code = code;
    }

    /** The parameter of Select Graphic Rendition (ECMA-48, 8.3.117); empty for {@link #PLAIN}. */
    String code() {
        return code;
    }
}

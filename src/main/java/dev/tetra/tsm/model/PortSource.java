package dev.tetra.tsm.model;

/** Who said which port a process gets, in order of precedence. */
public enum PortSource {
    /** {@code --port}. */
    OPTION,
    /** {@code PORT} in the env file. */
    ENV,
    /** A port written in the command. */
    COMMAND,
    /** The default of the pattern that matched. */
    PATTERN,
    /** The first free port of the range. */
    RANGE;

    /** True when the port is the user's own word, so that no other may be given instead. */
    public boolean binding() {
        return this == OPTION || this == ENV || this == COMMAND;
    }

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}

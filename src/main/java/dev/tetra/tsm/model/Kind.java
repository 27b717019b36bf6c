package dev.tetra.tsm.model;

/** What sort of program a command runs, told from its words. */
public enum Kind {
    PYTHON,
    NODE,
    BASH,
    JAVA,
    GO,
    RUBY,
    PHP,
    DENO,
    BUN,
    RUST,
    PERL,
    SHELL,
    BINARY;

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}

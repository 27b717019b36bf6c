package dev.tetra.tsm.model;

/** Where a variable of a process's environment came from; later constants win over earlier ones. */
public enum EnvSource {
    CALLER,
    FILE,
    OPTION,
    TSM;

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}

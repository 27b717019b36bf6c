package dev.tetra.tsm.model;

/** How a process is reached. */
public enum ProcessType {
    /** Has a TCP port. */
    PORT,
    /** Has no port; tsm gives it a Unix control socket. */
    SOCKET,
    /** Has neither. */
    PID;

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}

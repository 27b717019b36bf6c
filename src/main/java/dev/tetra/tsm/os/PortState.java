package dev.tetra.tsm.os;

/** Whether a port can be listened on. */
public enum PortState {
    /** Bindable on IPv4 and IPv6, on loopback and on all addresses. */
    FREE,
    /** Something has it, on at least one of these. */
    TAKEN,
    /** This user may not bind it: a port below the machine's first unprivileged one (Linux: 1024 unless changed). */
    NOT_PERMITTED
}

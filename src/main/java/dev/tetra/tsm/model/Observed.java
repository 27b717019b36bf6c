package dev.tetra.tsm.model;

/**
 * A port that a process really listens on.
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param address the local address it is bound to, in text
 * @param port 1 to 65535
 * @param pid which process of the tree holds it
 */
public record Observed(String protocol, String address, int port, long pid) {}

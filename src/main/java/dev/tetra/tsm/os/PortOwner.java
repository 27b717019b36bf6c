package dev.tetra.tsm.os;

import java.util.OptionalLong;

/**
 * Who listens on a port.
 *
 * @param pid empty when this user may not see whose the socket is
 * @param user the name of the socket's user, or the number where it has no name
 * @param command the command line in one line; empty when unknown
 */
public record PortOwner(Listener listener, OptionalLong pid, String user, String command) {}

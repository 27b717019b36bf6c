package dev.tetra.tsm.control;

import java.time.Duration;

/**
 * What a {@link ControlServer} lets its clients do.
 *
 * @param handshake how long a connection may take to prove that it knows the secret
 * @param strangers how many connections may be unproven at once
 * @param request how long a request may take to arrive
 * @param requestBytes how large a request may be
 * @param write how long a client may leave a piece of an answer unread (streams have no such limit)
 * @param environment how long a client may take to send its environment
 * @param close how long {@link ControlServer#close} waits for requests in progress
 */
public record ControlLimits(
        Duration handshake,
        int strangers,
        Duration request,
        int requestBytes,
        Duration write,
        Duration environment,
        Duration close) {
    /** The limits of the daemon. */
    public static final ControlLimits STANDARD = new ControlLimits(
            Duration.ofSeconds(2),
            64,
            Duration.ofSeconds(10),
            4 << 20,
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2));
}

package dev.tetra.tsm.ipc;

import java.time.Duration;

/**
 * What clients of channels may use up.
 *
 * @param line the longest request and the longest answer of a program, in bytes without the end of the line
 * @param connections at once on one channel
 * @param total connections at once on all channels
 * @param first how long a client may take for its first request, and for the rest of one that it has begun
 * @param next how long a client may be silent after an answer; short, because netcat waits for the server to close
 * @param stalled how long a client may not read its answer
 * @param courtesy how long a client is not sent away for another one, as what he says may be under way
 * @param look how often the files are looked after
 */
public record ChannelLimits(
        int line,
        int connections,
        int total,
        Duration first,
        Duration next,
        Duration stalled,
        Duration courtesy,
        Duration look) {
    /** What the daemon uses. */
    public static final ChannelLimits STANDARD = new ChannelLimits(
            64 << 10,
            128,
            256,
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofMillis(100),
            Duration.ofSeconds(2));
}

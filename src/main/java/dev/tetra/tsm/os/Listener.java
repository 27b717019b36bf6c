package dev.tetra.tsm.os;

/**
 * A socket that waits for others: TCP in state LISTEN, or UDP bound and not connected.
 *
 * @param address in text, such as {@code 127.0.0.1}, {@code ::} or {@code ::1}
 * @param inode the socket's number, by which {@link Host#owners} names its process; 0 when unknown
 * @param uid who made it; -1 when unknown
 */
public record Listener(Protocol protocol, String address, int port, long inode, long uid) {
    /** The transport. */
    public enum Protocol {
        TCP,
        UDP
    }
}

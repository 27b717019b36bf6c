package dev.tetra.tsm.supervise.health;

import java.io.IOException;

/**
 * The first line of an answer, {@code HTTP/1.1 200 OK} (RFC 9112, 4), as it comes in pieces. Of all that comes only its first
 * bytes are kept.
 */
final class StatusLine {
    private static final int LONGEST = 4096;
    private static final int STATUS_AT = 9;
    private static final int STATUS_END = 12;
    private static final byte[] NAME = {'H', 'T', 'T', 'P', '/'};

    private final byte[] begin = new byte[STATUS_END];
    private int length;
    private boolean whole;

    /** Takes the next byte; those after the line are left out. */
    void take(byte next) {
        if (whole) {
            return;
        }
        if (next == '\n') {
            whole = true;
            return;
        }
        if (length < STATUS_END) {
            begin[length] = next;
        }
        length++;
        whole = length >= LONGEST;
    }

    /** Whether the line is there, or can't be one any more. */
    boolean whole() {
        return whole;
    }

    /** How it is said that a server has closed the connection before the line was there. */
    String cutShort() {
        return length == 0 ? "closed without an answer" : "closed in the middle of an answer";
    }

    /**
     * The status.
     *
     * @throws IOException when it is no answer of HTTP
     */
    int status() throws IOException {
        boolean good = length >= STATUS_END && length < LONGEST;
        for (int i = 0; good && i < NAME.length; i++) {
            good = begin[i] == NAME[i];
        }
        int status = 0;
        for (int i = STATUS_AT; good && i < STATUS_END; i++) {
            good = begin[i] >= '0' && begin[i] <= '9';
            status = status * 10 + begin[i] - '0';
        }
        if (!good) {
            throw new IOException("no answer of HTTP");
        }
        return status;
    }
}

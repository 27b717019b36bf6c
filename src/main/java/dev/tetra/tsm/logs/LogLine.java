package dev.tetra.tsm.logs;

import dev.tetra.tsm.model.RawText;

/**
 * A line of a log, or a piece of one: a line that is longer than {@value #MAX_BYTES} bytes, or is not finished yet,
 * comes in pieces.
 *
 * @param bytes as the process wrote them, a carriage return included, without the newline
 * @param starts false for a piece that continues the piece which the same source gave before
 * @param ends whether a newline followed
 * @param offset of its first byte, among all that were ever written to the log
 */
// a line is handed on, never compared or kept as a key
@SuppressWarnings("ArrayRecordComponent")
public record LogLine(LogSource source, byte[] bytes, boolean starts, boolean ends, long offset) {
    /** No piece is longer, so that a log without newlines needs no more memory than any other. */
    public static final int MAX_BYTES = 256 * 1024;

    /** The text without a carriage return at its end; bytes that are no UTF-8 as {@link RawText} keeps them. */
    public String text() {
        int length = bytes.length;
        boolean carriageReturn = ends && length > 0 && bytes[length - 1] == '\r';
        return RawText.decode(bytes, 0, carriageReturn ? length - 1 : length);
    }
}

package dev.tetra.tsm.model;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Text that may hold bytes which are not UTF-8, as paths, words and environments on Unix may. A byte that does not
 * decode becomes the lone surrogate U+DC00 + byte and comes back as that byte, as in Python's {@code surrogateescape}
 * (PEP 383), so that what went in comes out.
 */
public final class RawText {
    private RawText() {}

    /** Decodes bytes without loss. */
    public static String decode(byte[] bytes, int offset, int length) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
        CharBuffer out = CharBuffer.allocate(length + 1);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (!result.isError()) {
                break;
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (0xDC00 + (in.get() & 0xFF)));
            }
            decoder.reset();
        }
        return out.flip().toString();
    }

    /** Decodes bytes without loss. */
    public static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /** The bytes that {@link #decode} was given. */
    public static byte[] encode(String text) {
        int firstEscape = firstEscape(text, 0);
        if (firstEscape < 0) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 16);
        int from = 0;
        for (int at = firstEscape; at >= 0; at = firstEscape(text, from)) {
            out.writeBytes(text.substring(from, at).getBytes(StandardCharsets.UTF_8));
            out.write(text.charAt(at) - 0xDC00);
            from = at + 1;
        }
        out.writeBytes(text.substring(from).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    /**
     * The path of an absolute name, byte for byte; empty when no file can have the name. Java makes paths of text that its
     * own charset can encode, and of the bytes of a URI as they are.
     */
    public static Optional<Path> path(String name) {
        try {
            return Optional.of(firstEscape(name, 0) < 0 ? Path.of(name) : Path.of(uri(encode(name))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static URI uri(byte[] path) {
        StringBuilder uri = new StringBuilder("file://");
        for (byte b : path) {
            uri.append(b == '/' ? "/" : String.format("%%%02x", b));
        }
        return URI.create(uri.toString());
    }

    private static int firstEscape(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escape = c >= 0xDC80 && c <= 0xDCFF && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
            if (escape) {
                return i;
            }
        }
        return -1;
    }
}

package dev.tetra.tsm.ipc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Hostile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What clients of a channel say, in any bytes and pieces. */
class HostileLinesTest {
    private static final int LONGEST = 100;

    @Provide
    Arbitrary<byte[]> lines() {
        return Hostile.bytes(
                List.of("STATUS\nHEALTH\r\nRELOAD\nSTOP\n", "stop now\n\n\n", "x".repeat(99) + "\r\ny\n"),
                List.of("\n", "\r", "\r\n", "STATUS", "stop", " ", "\t", "\0", "ÿ", "İ", "ı"));
    }

    @Property(tries = 400)
    void lines_are_cut_at_the_same_places_in_whatever_pieces_they_come(
            @ForAll("lines") byte[] bytes, @ForAll long seed) {
        List<String> expected = new ArrayList<>();
        String all = new String(bytes, StandardCharsets.ISO_8859_1);
        int whole = all.lastIndexOf('\n');
        if (whole >= 0) {
            for (String line : all.substring(0, whole).split("\n", -1)) {
                expected.add(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
            }
        }
        boolean tooLong = java.util.Arrays.stream(all.split("\n", -1)).anyMatch(line -> line.length() > LONGEST);
        List<String> found = new ArrayList<>();
        LineBuffer buffer = new LineBuffer(LONGEST);
        boolean refused = false;
        for (byte[] part : Hostile.cut(bytes, seed)) {
            buffer.append(ByteBuffer.wrap(part));
            while (!refused) {
                refused = buffer.overlong();
                byte[] next = refused ? null : buffer.next();
                if (next == null) {
                    break;
                }
                found.add(new String(next, StandardCharsets.ISO_8859_1));
            }
        }
        assertEquals(tooLong, refused);
        assertEquals(refused ? expected.subList(0, found.size()) : expected, found);
        if (!refused) {
            byte[] rest = buffer.rest();
            String left = all.substring(whole + 1);
            left = left.endsWith("\r") ? left.substring(0, left.length() - 1) : left;
            assertArrayEquals(left.getBytes(StandardCharsets.ISO_8859_1), rest == null ? new byte[0] : rest);
        }
    }

    @Property(tries = 400)
    void only_a_verb_alone_does_something(@ForAll("lines") byte[] line) {
        ChannelRequest request = Hostile.read(() -> ChannelRequest.parse(line));
        if (request instanceof ChannelRequest.Own(ChannelRequest.Verb verb)) {
            String text = new String(line, StandardCharsets.ISO_8859_1).strip();
            assertTrue(text.equalsIgnoreCase(verb.name()), text);
        }
    }
}

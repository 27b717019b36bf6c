package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.testing.Hostile;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Texts of the kernel, in which programs choose some of the words: a program can give itself any name. */
class HostileProcTest {
    private static final String FIELDS = " S 41 42 43 0 -1 4194560 1 2 3 4 50 60 -70 80 20 0 1 0 %d 1000 %d 1 2 3\n";

    @Provide
    Arbitrary<byte[]> names() {
        Arbitrary<byte[]> tricky = Arbitraries.of(
                        ")", "(", ") R 1 1 1 (", "a) S 1", "\n", " ", "\\n", "ÿþ", "(sd-pam)", "", "))))", "\0")
                .list()
                .ofMaxSize(4)
                .map(parts -> String.join("", parts).getBytes(StandardCharsets.ISO_8859_1));
        return Arbitraries.oneOf(tricky, Arbitraries.bytes().array(byte[].class).ofMaxSize(64));
    }

    @Property(tries = 400)
    void a_process_is_read_right_whatever_it_calls_itself(
            @ForAll("names") byte[] name,
            @ForAll @LongRange(min = 1, max = 4_194_304) long pid,
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 2) long start,
            @ForAll @LongRange(min = 0, max = 1L << 40) long pages) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        line.writeBytes((pid + " (").getBytes(StandardCharsets.US_ASCII));
        line.writeBytes(name);
        line.writeBytes((")" + FIELDS.formatted(start, pages)).getBytes(StandardCharsets.US_ASCII));
        ProcessInfo info = new StatLine(line.toByteArray(), line.size()).parse(7, 10, 4096);
        assertEquals(
                new ProcessInfo(pid, 41, 42, 43, 7, 'S', start, 1100, 100, pages * 4096, RawText.decode(name)), info);
        assertArrayEquals(name, RawText.encode(Objects.requireNonNull(info).comm()));
    }

    @Provide
    Arbitrary<byte[]> lines() {
        return Hostile.bytes(
                List.of("77 (x)" + FIELDS.formatted(5, 6)),
                List.of("(", ")", " ", "-", "99999999999999999999999", "S", "\n"));
    }

    @Property(tries = 400)
    void a_line_that_is_none_is_read_without_harm(
            @ForAll("lines") byte[] line, @ForAll @IntRange(max = 400) int length) {
        Hostile.read(() -> new StatLine(line, Math.min(length, line.length)).parse(0, 1, 1));
    }

    /** A socket of the table. */
    @SuppressWarnings("ArrayRecordComponent")
    record Row(byte[] address, int port, long inode, long uid) {}

    @Provide
    Arbitrary<List<Row>> rows() {
        Arbitrary<byte[]> addresses = Arbitraries.of(4, 16)
                .flatMap(size -> Arbitraries.bytes().array(byte[].class).ofSize(size));
        return net.jqwik.api.Combinators.combine(
                        addresses,
                        Arbitraries.integers().between(0, 65535),
                        Arbitraries.longs().between(0, 1L << 40),
                        Arbitraries.longs().between(0, 1L << 32))
                .as(Row::new)
                .list()
                .ofMaxSize(10);
    }

    @Property(tries = 300)
    void sockets_are_read_as_the_kernel_writes_them(@ForAll("rows") List<Row> rows) throws UnknownHostException {
        StringBuilder table = new StringBuilder("  sl  local_address rem_address   st tx_queue rx_queue tr\n");
        int number = 0;
        for (Row row : rows) {
            table.append("%4d: %s:%04X 00000000:0000 0A 00000000:00000000 00:00000000 00000000 %5d        0 %d 1 0\n"
                    .formatted(number++, turned(row.address()), row.port(), row.uid(), row.inode()));
            table.append("%4d: %s:%04X 0100007F:1234 01 00000000:00000000 00:00000000 00000000     0        0 1 1 0\n"
                    .formatted(number++, turned(row.address()), row.port()));
        }
        List<Listener> found = new ArrayList<>();
        LinuxSockets.parse(table.toString(), Listener.Protocol.TCP, "0A", found);
        assertEquals(rows.size(), found.size());
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            assertEquals(row.port(), found.get(i).port());
            assertEquals(row.inode(), found.get(i).inode());
            assertEquals(row.uid(), found.get(i).uid());
            assertEquals(
                    InetAddress.getByAddress(row.address()),
                    InetAddress.getByName(found.get(i).address()));
        }
    }

    /** Words of four bytes in the order of a little-endian machine. */
    private static String turned(byte[] address) {
        byte[] turned = new byte[address.length];
        for (int i = 0; i < address.length; i++) {
            turned[i] = address[i / 4 * 4 + 3 - i % 4];
        }
        return HexFormat.of().withUpperCase().formatHex(turned);
    }

    @Provide
    Arbitrary<String> tables() {
        String head = "  sl  local_address rem_address   st\n";
        String row = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 77 1 0\n";
        return Hostile.texts(
                List.of(head + row, head + row + row), List.of(" ", ":", "\n", "0A", "G", "-", "0", "FFFF"));
    }

    @Property(tries = 400)
    void a_table_that_is_none_is_read_without_harm(@ForAll("tables") String table) {
        Hostile.read(() -> {
            LinuxSockets.parse(table, Listener.Protocol.TCP, "0A", new ArrayList<>());
            return 0;
        });
    }
}

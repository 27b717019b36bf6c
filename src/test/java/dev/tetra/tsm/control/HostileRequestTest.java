package dev.tetra.tsm.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Hostile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;

/** Requests of any bytes, in any pieces. */
class HostileRequestTest {
    private static final int MOST = 2000;
    private static final Path HOME = home();

    private static Path home() {
        try {
            return Files.createTempDirectory("control");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterContainer
    static void close() throws IOException {
        Files.deleteIfExists(ControlFile.path(HOME));
        Files.delete(HOME);
    }

    /** A connection on which these bytes come, and then no more. */
    private static final class Said extends Socket {
        private final InputStream in;

        Said(byte[] bytes) {
            in = new ByteArrayInputStream(bytes);
        }

        @Override
        public InputStream getInputStream() {
            return in;
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }
    }

    private static Request read(byte[] bytes) throws IOException {
        try (Said said = new Said(bytes)) {
            return RequestFormat.read(new ConnectionInput(said), MOST);
        }
    }

    @Provide
    Arbitrary<byte[]> requests() {
        return Hostile.bytes(
                List.of(
                        "1\0000.1.0+1\0/x/bin/tsm\0/home\00022\00080\0out-tty,err-tty\0004711\0me\0002\0start\0sleep\000",
                        "1\0\0\0\0000\0000\0\0000\0\0000\0"),
                List.of("\0", "1", "0", "-1", "2147483648", "99999999", "777", "8", ",", "out-tty", "\n", "ÿ"));
    }

    @Property(tries = 400)
    void any_bytes_are_a_request_or_are_refused_or_end_too_early(@ForAll("requests") byte[] bytes) {
        Hostile.read(() -> {
            try {
                Request request = read(bytes);
                assertTrue(request.words().size() <= MOST);
                return request;
            } catch (EOFException e) {
                return null;
            }
        });
    }

    @Property(tries = 300)
    void words_of_any_bytes_but_nul_arrive_as_they_were(@ForAll @Size(max = 20) List<byte[]> words) throws IOException {
        List<String> texts = words.stream()
                .map(word -> dev.tetra.tsm.model.RawText.decode(without(word, (byte) 0)))
                .toList();
        Request sent = new Request("b", "/l", "/c", 022, 80, Set.of("out-tty"), 7, "u", texts);
        byte[] bytes = RequestFormat.write(sent);
        if (bytes.length < MOST) {
            assertEquals(sent, read(bytes));
        }
    }

    private static byte[] without(byte[] bytes, byte what) {
        ByteArrayOutputStream left = new ByteArrayOutputStream();
        for (byte b : bytes) {
            if (b != what) {
                left.write(b);
            }
        }
        return left.toByteArray();
    }

    @Property(tries = 300)
    void a_request_is_never_larger_than_allowed(@ForAll("requests") byte[] bytes) {
        byte[] large = Arrays.copyOf(bytes, MOST * 3);
        Arrays.fill(large, bytes.length, large.length, (byte) 'a');
        Hostile.read(() -> {
            try {
                return read(large);
            } catch (EOFException e) {
                throw new AssertionError("all of it was read", e);
            }
        });
    }

    @Provide
    Arbitrary<byte[]> controlFiles() {
        return Hostile.bytes(
                List.of("tsm-control 1\n0.1.0+1\n40000\n" + "a".repeat(64) + "\n" + "b".repeat(64) + "\n4711\n"),
                List.of("\n", "tsm-control 1", "tsm-control 2", "0", "-1", "65536", "99999999999", "\0", "ÿ"));
    }

    @Property(tries = 300)
    void a_control_file_of_any_bytes_leads_to_a_daemon_or_to_none(@ForAll("controlFiles") byte[] bytes)
            throws IOException {
        Files.write(ControlFile.path(HOME), bytes);
        Optional<ControlFile> file = Hostile.read(() -> ControlFile.read(HOME));
        file.ifPresent(
                control -> assertTrue(ControlClient.connect(unreachable(control), java.time.Duration.ofMillis(200))
                        .isEmpty()));
    }

    /** Nobody listens on port 1, and ports that are none stay so. */
    private static ControlFile unreachable(ControlFile control) {
        int port = control.port() >= 0 && control.port() <= 65535 ? 1 : control.port();
        return new ControlFile(control.build(), port, control.clientSecret(), control.serverSecret(), control.pid());
    }
}

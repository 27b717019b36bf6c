package dev.tetra.tsm.supervise.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tetra.tsm.spec.NotifyMessage;
import dev.tetra.tsm.testing.Hostile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class NodeMessagesTest {
    @Provide
    Arbitrary<byte[]> messages() {
        return Hostile.bytes(
                List.of(
                        "\"ready\"\n",
                        "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"online\"}\n\"ready\"\n",
                        "\"READY\"\n\"ready\""),
                List.of("\"ready\"", "\n", "{", "}", "\"", "\\", "null", " ", "ÿ", "\0", "x".repeat(60), "\r"));
    }

    @Property(tries = 400)
    void only_a_line_that_is_the_word_counts_in_whatever_pieces_it_comes(
            @ForAll("messages") byte[] bytes, @ForAll long seed) {
        List<NotifyMessage> told = new ArrayList<>();
        NodeMessages messages = new NodeMessages(told::add);
        Hostile.read(() -> {
            Hostile.cut(bytes, seed).forEach(messages::take);
            return 0;
        });
        String all = new String(bytes, StandardCharsets.UTF_8);
        long ready = Arrays.stream(all.substring(0, all.lastIndexOf('\n') + 1).split("\n"))
                .filter(line -> line.strip().equals("\"ready\""))
                .filter(line -> line.getBytes(StandardCharsets.UTF_8).length <= 64)
                .count();
        assertEquals(ready, told.stream().filter(NotifyMessage::ready).count());
        assertEquals(ready, told.size());
    }

    @Test
    void a_line_without_end_is_not_kept() {
        NodeMessages messages = new NodeMessages(message -> {
            throw new AssertionError(message.toString());
        });
        byte[] much = new byte[1 << 20];
        Arrays.fill(much, (byte) 'a');
        Hostile.read(() -> {
            for (int i = 0; i < 20; i++) {
                messages.take(much);
            }
            return 0;
        });
    }
}

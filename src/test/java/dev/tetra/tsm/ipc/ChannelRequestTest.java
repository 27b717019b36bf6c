package dev.tetra.tsm.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ChannelRequestTest {
    private static ChannelRequest parse(String line) {
        return ChannelRequest.parse(line.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void tsms_verbs_are_known_in_any_case_and_with_blanks_around() {
        for (ChannelRequest.Verb verb : ChannelRequest.Verb.values()) {
            assertEquals(new ChannelRequest.Own(verb), parse(verb.name()));
            assertEquals(
                    new ChannelRequest.Own(verb), parse(" " + verb.name().toLowerCase(java.util.Locale.ROOT) + "\t"));
        }
    }

    @Test
    void tsms_verbs_take_no_words_so_that_nothing_is_stopped_by_a_misunderstanding() {
        assertEquals(new ChannelRequest.Wrong("STOP takes no words"), parse("stop tomorrow"));
    }

    @Test
    void everything_else_is_for_the_program() {
        assertInstanceOf(ChannelRequest.Other.class, parse("STATUSES"));
        assertInstanceOf(ChannelRequest.Other.class, parse("grüße an alle"));
    }

    @Test
    void nothing_and_control_characters_are_refused() {
        assertEquals(new ChannelRequest.Wrong("empty request"), parse("  "));
        assertEquals(new ChannelRequest.Wrong("the request has control characters"), parse("STOP\0"));
        assertEquals(new ChannelRequest.Wrong("the request has control characters"), parse("\u001b[2J"));
    }

    @Test
    void a_path_is_too_long_when_the_programs_own_beside_it_would_be() {
        int most = SocketFile.isMac() ? 99 : 103;
        assertEquals(
                true, SocketFile.tooLong(Path.of("/" + "x".repeat(most - 1))).isEmpty());
        assertEquals(false, SocketFile.tooLong(Path.of("/" + "x".repeat(most))).isEmpty());
        assertEquals(
                false,
                SocketFile.tooLong(Path.of("/" + "ü".repeat(most / 2 + 1))).isEmpty());
    }
}

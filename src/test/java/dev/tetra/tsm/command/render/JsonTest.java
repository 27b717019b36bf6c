package dev.tetra.tsm.command.render;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tetra.tsm.model.RawText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void a_document_is_readable_for_people_and_keeps_the_order_of_fields() {
        byte[] document = Json.array(
                List.of("web"),
                (json, name) -> json.field("name", name)
                        .field("id", 3)
                        .field("cpuPercent", 0.5)
                        .field("ok", true)
                        .field("pid", (Number) null)
                        .field("startedAt", Instant.parse("2026-01-02T03:04:05Z"))
                        .strings("argv", List.of("a", "b"))
                        .numbers("ports", List.of())
                        .object("logs", logs -> logs.field("out", "/x"))
                        .object("none", logs -> {})
                        .array("runs", List.of(1, 2), (run, number) -> run.field("run", number)));
        assertEquals("""
                [
                  {
                    "name": "web",
                    "id": 3,
                    "cpuPercent": 0.5,
                    "ok": true,
                    "pid": null,
                    "startedAt": "2026-01-02T03:04:05.000Z",
                    "argv": [
                      "a",
                      "b"
                    ],
                    "ports": [],
                    "logs": {
                      "out": "/x"
                    },
                    "none": {},
                    "runs": [
                      {
                        "run": 1
                      },
                      {
                        "run": 2
                      }
                    ]
                  }
                ]
                """, text(document));
    }

    @Test
    void nothing_is_an_empty_array() {
        assertEquals("[]\n", text(Json.array(List.of(), (json, item) -> {})));
    }

    @Test
    void what_is_no_number_is_null() {
        byte[] document = Json.object(json -> json.field("cpuPercent", Double.NaN));
        assertEquals("{\n  \"cpuPercent\": null\n}\n", text(document));
    }

    @Test
    void bytes_that_are_no_text_become_the_replacement_character() {
        String raw = RawText.decode(new byte[] {'a', (byte) 0xff, 'b'});
        assertEquals("{\n  \"x\": \"a\ufffdb\"\n}\n", text(Json.object(json -> json.field("x", raw))));
    }

    @Test
    void what_a_terminal_would_obey_is_escaped() {
        byte[] document = Json.object(json -> json.field("x", "\u001b[31m\u009b\u007f\u202e ü"));
        assertEquals(
                "{\n  \"x\": \"\\u001b[31m\\u009b\\u007f\\u202e ü\"\n}\n",
                text(document).replace("\\u001B", "\\u001b").replace("\\u007F", "\\u007f"));
    }

    @Property(tries = 60)
    void names_and_words_of_any_bytes_make_a_document_that_every_reader_takes(@ForAll List<byte[]> words)
            throws Exception {
        List<String> texts = words.stream().map(RawText::decode).toList();
        byte[] document = Json.array(
                texts,
                (json, word) -> json.field("name", word).strings("argv", texts).field("command", word));
        // A strict decoder: it throws where another would put a replacement.
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document));
        try (JsonParser parser = new JsonFactory().createParser(document)) {
            int read = 0;
            while (parser.nextToken() != null) {
                read++;
            }
            assertEquals(2 + texts.size() * (9 + texts.size()), read);
        }
    }

    @Property
    void any_text_comes_back(@ForAll String text) throws IOException {
        byte[] document = Json.object(json -> json.field("x", text));
        assertArrayEquals(document, text(document).getBytes(StandardCharsets.UTF_8));
        try (JsonParser parser = new JsonFactory().createParser(document)) {
            assertEquals(JsonToken.START_OBJECT, parser.nextToken());
            assertEquals("x", parser.nextFieldName());
            assertEquals(JsonEscapes.wellFormed(text), parser.nextTextValue());
            assertEquals(JsonToken.END_OBJECT, parser.nextToken());
        }
    }

    private static String text(byte[] document) {
        return new String(document, StandardCharsets.UTF_8);
    }
}

package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Ulimit;
import dev.tetra.tsm.testing.Hostile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Whatever users, files and programs write, it is read in time, or refused with a reason. */
class HostileTextTest {
    private static final ZonedDateTime NOW = ZonedDateTime.of(2026, 3, 29, 1, 59, 0, 0, ZoneId.of("Europe/Berlin"));

    @Provide
    Arbitrary<String> cron() {
        return Hostile.texts(
                List.of(
                        "*/5 * * * *",
                        "0 0 1,15 * MON-FRI",
                        "30 2 29 2 *",
                        "@daily",
                        "0 0 12 ? JAN-DEC SUN#2",
                        "0 0 L * *"),
                List.of(
                        "*", "/", "-", ",", " ", "@", "0", "59", "60", "99999", "MON", "feb", "L", "#", "?", "W", "31",
                        "\t"));
    }

    @Property(tries = 400)
    void a_schedule_has_a_next_time_or_none_and_is_else_refused(
            @ForAll("cron") String text,
            @ForAll @LongRange(min = -62_000_000_000L, max = 250_000_000_000L) long after) {
        Cron cron = Hostile.read(() -> Cron.parse(text, "--cron"));
        if (cron != null) {
            Instant from = Instant.ofEpochSecond(after);
            Hostile.read(() -> {
                for (ZoneId zone :
                        List.of(ZoneOffset.UTC, ZoneId.of("Europe/Berlin"), ZoneId.of("Australia/Lord_Howe"))) {
                    cron.next(from, zone).ifPresent(next -> assertTrue(next.isAfter(from), text + " after " + from));
                }
                return 0;
            });
        }
    }

    @Provide
    Arbitrary<String> amounts() {
        return Hostile.texts(
                List.of(
                        "10s",
                        "1h30m",
                        "0.5s",
                        "300M",
                        "1G",
                        "12",
                        "100ms",
                        "2026-03-29T02:30",
                        "02:30",
                        "yesterday",
                        "10m"),
                List.of(
                        "1",
                        "0",
                        "9",
                        "999999999999",
                        ".",
                        "-",
                        "+",
                        "e",
                        "s",
                        "ms",
                        "h",
                        "d",
                        "w",
                        "K",
                        "M",
                        "G",
                        "B",
                        " ",
                        ":"));
    }

    @Property(tries = 400)
    void a_duration_a_size_and_a_moment_are_read_or_refused(@ForAll("amounts") String text) {
        Duration duration = Hostile.read(() -> Durations.parse(text, "--x"));
        if (duration != null) {
            assertFalse(duration.isNegative(), text);
            assertEquals(
                    duration.truncatedTo(ChronoUnit.MILLIS), Durations.parse(Durations.format(duration), "--x"), text);
        }
        Long size = Hostile.read(() -> Sizes.parse(text, "--x"));
        if (size != null) {
            assertTrue(size >= 0, text);
            assertEquals(size, Sizes.parse(Sizes.format(size), "--x"), text);
        }
        Hostile.read(() -> Moments.parse(text, NOW, "--since"));
    }

    @Provide
    Arbitrary<String> listening() {
        return Hostile.texts(
                List.of(
                        "8000",
                        "127.0.0.1:80",
                        "[::1]:443",
                        "0.0.0.0:1",
                        "*:5",
                        "localhost:65535",
                        "/run/x.sock",
                        "http=:80"),
                List.of(":", "[", "]", ".", "::", "65536", "0", "1", "255", "256", "*", "%", "eth0", "/", "=", "a"));
    }

    @Property(tries = 400)
    void an_address_to_listen_at_is_read_or_refused(@ForAll("listening") String text) {
        ListenAddress address = Hostile.read(() -> ListenAddress.parse(text));
        if (address != null) {
            Integer port = address.port();
            assertTrue(port == null || (port > 0 && port <= 65535), text);
        }
        Hostile.read(() -> ListenAddress.looksLikeOne(text));
    }

    @Provide
    Arbitrary<String> limits() {
        return Hostile.texts(
                List.of("nofile=4096", "core=0", "stack=8M:unlimited", "nproc=100:200"),
                List.of("=", ":", "unlimited", "nofile", "cpu", "-1", "0", "99999999999999999999", "K", " "));
    }

    @Property(tries = 500)
    void a_limit_is_read_back_as_it_is_written_or_refused(@ForAll("limits") String text) {
        Ulimit limit = Hostile.read(() -> Ulimits.parse(text));
        if (limit != null) {
            assertEquals(limit, Ulimits.parse(Ulimits.format(limit)), text);
        }
    }

    @Provide
    Arbitrary<String> globs() {
        return Hostile.texts(
                List.of(
                        "*.log",
                        "/a/**/z",
                        "!keep",
                        "a[!b-c]d/",
                        "**/x/**",
                        "*a*a*a*a*a*a*a*a*a*a*a*a*b",
                        "[[:alpha:]]?\\*"),
                List.of(
                        "*", "**", "/", "?", "[", "]", "!", "\\", "-", "a", "^", "[:", ":]", "#", " ", "{", "(", "+",
                        "$"));
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("ab/.").ofMaxLength(60),
                Arbitraries.strings().ofMaxLength(40),
                Arbitraries.integers().between(1, 200).map("a"::repeat));
    }

    @Property(tries = 400)
    void ignore_rules_answer_for_any_path_in_time(@ForAll("globs") String text, @ForAll("paths") String path) {
        Hostile.read(() -> {
            IgnoreRules rules = IgnoreRules.of(text.lines().toList());
            rules.ignores(path, false);
            return rules.ignores(path, true);
        });
    }

    @Test
    void a_rule_of_many_stars_is_answered_in_time() {
        for (String rule : List.of("*a".repeat(30) + "*b", "**/".repeat(20) + "b", "a/" + "**/a/".repeat(15) + "b")) {
            for (String path : List.of("a".repeat(200), "a/".repeat(100) + "c")) {
                Hostile.read(() -> IgnoreRules.of(List.of(rule)).ignores(path, false));
            }
        }
    }

    @Provide
    Arbitrary<String> files() {
        return Hostile.texts(
                List.of(
                        "A=1\nexport B=\"x y\"\nC='q'\n",
                        "SERVICE_NAME=web\nSERVICE_COMMAND=\"python3 -m http.server $PORT\"\nSERVICE_PORT=8000\n",
                        "http|python -m http.server|8000|{cmd} {port}\n# x\nnode|node *|3000|PORT={port} {cmd}\n"),
                List.of(
                        "=", "\"", "'", "\\", "\n", "$", "${", "}", "`", "$(", ")", "#", "|", "{port}", "{cmd}",
                        "export ", "\0", "\r"));
    }

    @Property(tries = 400)
    void files_of_any_kind_are_read_in_time(@ForAll("files") String text) {
        Hostile.read(() -> ServiceFile.parse(text, "x.tsm", Map.of("HOME", "/h")));
        Hostile.read(() -> EnvAssignments.lines(text));
        Hostile.read(() -> PatternFile.parse(text, "patterns.txt", false));
        Hostile.read(() -> CommandWords.split(text));
        Hostile.read(() -> CommandWords.usesShellSyntax(text));
    }

    @Provide
    Arbitrary<String> secrets() {
        return Hostile.texts(
                List.of(
                        "postgres://user:pa:ss@host:5432/db?password=x&token=y",
                        "--api-key=abc --password 'x y' TOKEN=abc curl -H 'Authorization: Bearer x'",
                        "https://a:b@c:d@e/"),
                List.of(
                        "://",
                        ":",
                        "@",
                        "password",
                        "=",
                        "?",
                        "&",
                        " ",
                        "--token",
                        "TOKEN=",
                        "'",
                        "\"",
                        "Bearer ",
                        "a",
                        "\n"));
    }

    @Property(tries = 500)
    void whatever_is_to_be_masked_is_masked_in_time(@ForAll("secrets") String text) {
        Hostile.read(() -> Secrets.maskCommand(text));
        Hostile.read(() -> Secrets.maskLine(text));
        Hostile.read(() -> Secrets.mask(text));
        Hostile.read(() -> Secrets.maskWords(List.of(text, "--password", text)));
    }

    @Test
    void long_text_is_masked_in_time() {
        for (String piece :
                List.of("://a:", "?password=", " --token ", "@", "TOKEN=", "'", "-", "a:b@", "Authorization: ")) {
            String text = piece.repeat(100_000 / piece.length());
            Hostile.read(() -> Secrets.maskCommand(text));
            Hostile.read(() -> Secrets.maskLine(text));
        }
    }

    @Test
    void a_long_value_in_quotes_is_masked_whole() {
        for (String piece : List.of("x", "\\\"", " ", "'")) {
            String value = "\"" + piece.repeat(200_000) + "\"";
            assertEquals("A_TOKEN=******** x", Hostile.read(() -> Secrets.maskLine("A_TOKEN=" + value + " x")));
            assertEquals("y --token ******** x", Hostile.read(() -> Secrets.maskLine("y --token " + value + " x")));
        }
    }

    @Test
    void long_text_of_any_kind_is_read_in_time() {
        for (String piece : List.of(
                "a", " ", "'", "\"", "\\", "$", "${A", "$(", "|", "=", "{port}", "*", "\n", "A=1\n", "-p 1 ", ":1", "/",
                "-")) {
            String text = piece.repeat(50_000 / piece.length());
            Hostile.read(() -> ServiceFile.parse(text, "x.tsm", Map.of()));
            Hostile.read(() -> ServiceFile.parse("SERVICE_COMMAND=\"" + text + "\"", "x.tsm", Map.of()));
            Hostile.read(() -> EnvAssignments.lines(text));
            Hostile.read(() -> PatternFile.parse(text, "f", false));
            Hostile.read(() -> PatternFile.parse("x|" + text + "|1", "f", false));
            Hostile.read(() -> CommandWords.split(text));
            Hostile.read(() -> CommandWords.usesShellSyntax(text));
            Hostile.read(() -> PortHints.find(List.of("x", text, "-p", text)));
            Hostile.read(() -> Naming.given(text, null, false));
            Hostile.read(() -> Cron.parse(text, "--cron"));
            Hostile.read(() -> Durations.parse(text, "--x"));
            Hostile.read(() -> Sizes.parse(text, "--x"));
            Hostile.read(() -> Moments.parse(text, NOW, "--since"));
            Hostile.read(() -> ListenAddress.parse(text));
            Hostile.read(() -> Ulimits.parse(text));
            Hostile.read(() -> IgnoreRules.of(List.of(text.substring(0, 2000))).ignores("a/b", false));
            Hostile.read(() -> NotifyMessage.parse(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Property(tries = 500)
    void notifications_of_any_bytes_are_read(@ForAll("notifications") byte[] bytes) {
        Hostile.read(() -> NotifyMessage.parse(bytes));
    }

    @Provide
    Arbitrary<byte[]> notifications() {
        return Hostile.bytes(
                List.of("READY=1\nSTATUS=ok\nMAINPID=77\nWATCHDOG=1\nWATCHDOG_USEC=5000000\nEXTEND_TIMEOUT_USEC=1"),
                List.of("READY=1", "MAINPID=", "\n", "=", "18446744073709551616", "-1", "WATCHDOG_USEC=", "\0", "ÿ"));
    }
}

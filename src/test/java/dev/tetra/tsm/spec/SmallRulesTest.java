package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.TsmException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules that are too small for a test class of their own: durations, secrets, env files, suggestions. */
class SmallRulesTest {
    @ParameterizedTest
    @CsvSource({
        "500ms,500",
        "5s,5000",
        "10m,600000",
        "2h,7200000",
        "1d,86400000",
        "90,90000",
        "1m30s,90000",
        "0,0",
        "0.2s,200",
        "1w,604800000",
        "' 5S ',5000"
    })
    void durations_are_read(String text, long millis) {
        assertEquals(Duration.ofMillis(millis), Durations.parse(text, "--x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "5x", "-5s", "5s5", "5 s", "1e3", "999999999999d", "1..2s", "ms5", "٣s"})
    void what_is_no_duration_is_named(String text) {
        TsmException wrong = assertThrows(TsmException.Usage.class, () -> Durations.parse(text, "--kill-timeout"));
        assertTrue(wrong.getMessage().startsWith("--kill-timeout: '" + text + "'"), wrong.getMessage());
    }

    @Property
    void a_written_duration_reads_back(@ForAll @LongRange(min = 0, max = 3_000_000_000_000L) long millis) {
        Duration duration = Duration.ofMillis(millis);
        assertEquals(duration, Durations.parse(Durations.format(duration), "x"));
    }

    @ParameterizedTest
    @CsvSource({"3,3s", "125,2m 5s", "15120,4h 12m", "266400,3d 2h", "0,0s", "-5,0s"})
    void uptimes_are_short(long seconds, String text) {
        assertEquals(text, Durations.human(Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "API_KEY",
                "key",
                "GITHUB_TOKEN",
                "clientSecret",
                "PGPASSWORD",
                "DB_PASS",
                "AWS_CREDENTIALS",
                "BASIC_AUTH",
                "SENTRY_DSN",
                "KEY1",
                "MYSQL_PWD",
                "--password",
                "apiKey",
                "db.password",
                "APIKEY",
                "SECRET_KEY_BASE",
                "SSHPASS",
                "LDAPPASS",
                "ENCRYPTIONKEY",
                "SIGNINGKEY",
                "SIGNINGKEYS2",
                "SECRETKEYBASE",
                "MYSECRETVALUE",
                "MYPASSWORDS",
                "AWS_SECRETACCESSKEY",
                "HTTPAUTH",
                "DATABASEDSN",
                "MYSQLPWD",
                "PASSPHRASE",
                "OAUTH"
            })
    void a_secrets_name_is_known(String name) {
        assertTrue(Secrets.isSecret(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MONKEY",
                "AUTHOR",
                "COMPASS",
                "PWD",
                "OLDPWD",
                "PATH",
                "KEYBOARD",
                "BYPASS_CACHE",
                "ENCOMPASS",
                "LOWPASS",
                "TURKEY",
                "HOTKEY",
                "KEYMAP",
                "PASSENGER",
                "AUTHORS",
                "SECRETARY",
                "TOKENIZERS_PARALLELISM",
                "PORT",
                "",
                "_"
            })
    void other_names_are_shown(String name) {
        assertFalse(Secrets.isSecret(name));
    }

    @Test
    void passwords_in_urls_are_masked_and_nothing_else() {
        assertEquals("postgres://u:********@db:5432/x", Secrets.shown("DATABASE_URL", "postgres://u:p@ss@db:5432/x"));
        assertEquals("redis://:********@h", Secrets.mask("redis://:x@h"));
        assertEquals("pg://u:********@h/d", Secrets.mask("pg://u:a/b@h/d"));
        for (String plain : List.of("http://localhost:3000/@scope", "http://h/a?b=c", "a:b@c", "http://[::1]:80/")) {
            assertEquals(plain, Secrets.mask(plain));
        }
        assertEquals("mysql://u:********@h/db", Secrets.mask("mysql://u:12/pw@h/db"));
        assertEquals("https://********@github.com/x.git", Secrets.mask("https://ghp_1@github.com/x.git"));
        assertEquals("https://********:********@github.com/x", Secrets.mask("https://a1:x-oauth-basic@github.com/x"));
        assertEquals("https://********:********@api.test", Secrets.mask("https://sk_1:@api.test"));
        for (String named : List.of("ssh://git@github.com/x.git", "postgres://me@db/x", "redis://h:6379/0")) {
            assertEquals(named, Secrets.mask(named));
        }
        assertEquals("http://h/?token=********&a=b", Secrets.mask("http://h/?token=abc&a=b"));
        assertEquals("********", Secrets.shown("API_KEY", "x"));
        assertEquals("", Secrets.shown("API_KEY", ""));
    }

    @Test
    void secrets_in_a_commands_words_are_masked() {
        assertEquals(
                List.of("x", "--token=********", "--password", "********", "A_KEY=********", "--key", "--port", "80"),
                Secrets.maskWords(List.of("x", "--token=a", "--password", "b", "A_KEY=c", "--key", "--port", "80")));
    }

    @Test
    void an_env_file_is_found_by_its_name_or_path() {
        FakeFiles files = new FakeFiles()
                .file("/w/env/dev.env", "")
                .file("/w/etc/x.env", "")
                .file("/w/.env", "");
        assertEquals(Optional.of("/w/env/dev.env"), EnvFiles.find(files, "/w", "dev"));
        assertEquals(Optional.of("/w/env/dev.env"), EnvFiles.find(files, "/w", "dev.env"));
        assertEquals(Optional.of("/w/etc/x.env"), EnvFiles.find(files, "/w", "etc/x.env"));
        assertEquals(Optional.of("/w/etc/x.env"), EnvFiles.find(files, "/", "/w/etc/x.env"));
        assertEquals(Optional.of("/w/.env"), EnvFiles.find(files, "/w", ".env"));
        assertEquals("dev", EnvFiles.name("/w/env/dev.env"));
        assertEquals(".env", EnvFiles.name("/w/.env"));
    }

    @Test
    void auto_takes_the_first_of_the_usual_files() {
        assertEquals(
                List.of("/w/env/local.env", "/w/env/dev.env", "/w/env/production.env", "/w/.env"),
                EnvFiles.candidates("/w", "auto"));
        assertEquals(Optional.empty(), EnvFiles.find(new FakeFiles(), "/w", "auto"));
    }

    @Test
    void a_missing_env_file_names_the_places_tried() {
        TsmException none = assertThrows(TsmException.Failed.class, () -> EnvFiles.find(new FakeFiles(), "/w", "dev"));
        assertTrue(none.getMessage().contains("/w/env/dev.env"), none.getMessage());
        assertEquals("write one: tsm init dev; or check the name", none.hint());
    }

    @Test
    void the_nearest_word_is_suggested_and_a_far_one_is_not() {
        List<String> verbs = List.of("start", "stop", "status", "restart", "list", "ls");
        assertEquals(Optional.of("start"), Nearest.to("strat", verbs));
        assertEquals(Optional.of("restart"), Nearest.to("RESTRAT", verbs));
        assertEquals(Optional.of("list"), Nearest.to("lst", verbs));
        assertEquals(Optional.empty(), Nearest.to("xyzzy", verbs));
        assertEquals(Optional.empty(), Nearest.to("", verbs));
    }
}

package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Env files and environments, as a user meets them. */
class EnvIT {
    private TsmHome tsm;

    @BeforeEach
    void open() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void close() throws IOException {
        tsm.close();
    }

    private Path write(String name, String mode, String text) throws IOException {
        Path file = tsm.work().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    @Test
    void init_writes_a_private_template_once() throws IOException {
        tsm.tsm("start", "--env", "dev", "sleep", "60").expect(1);
        Path file = tsm.work().resolve("env/dev.env");
        assertTrue(tsm.tsm("init", "dev").expect(0).out().contains(file.toString()));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Files.writeString(file, "export MINE=1\n");
        assertTrue(tsm.tsm("init", "dev").expect(4).err().contains("is there already"));
        assertEquals("export MINE=1\n", Files.readString(file));
        tsm.tsm("init", "../x").expect(2);
        tsm.tsm("doctor", "env", "dev").expect(0);
    }

    @Test
    void a_processs_environment_says_where_each_value_came_from() throws IOException {
        tsm.environment().put("COLOUR", "blue");
        write("env/dev.env", "rw-------", "export COLOUR=red\nexport API_KEY=hush\n");
        tsm.tsm("start", "--env", "dev", "-e", "SIZE=9", "--name", "p", "sleep", "60")
                .expect(0);
        String text = tsm.tsm("env", "p").expect(0).out();
        assertTrue(text.matches("(?s).*COLOUR +file +red\n.*"), text);
        assertTrue(text.matches("(?s).*SIZE +option +9\n.*"), text);
        assertTrue(text.matches("(?s).*HOME +caller +/.*"), text);
        assertTrue(text.matches("(?s).*TSM_NAME +tsm +p\n.*"), text);
        assertTrue(text.matches("(?s).*API_KEY +file +\\*{8}\n.*"), text);
        assertFalse(tsm.tsm("env", "p", "--json").expect(0).out().contains("hush"));
        assertTrue(tsm.tsm("env", "p", "--reveal").expect(0).out().contains("hush"));
    }

    /** Starts a process with an env file and returns the environment it has. */
    private List<String> environmentWith(String text, String... options) throws IOException {
        write("env/given.env", "rw-------", text);
        Files.deleteIfExists(tsm.work().resolve("seen"));
        List<String> words = new ArrayList<>(List.of("start", "--env", "given", "--name", "p", "--exact-name"));
        words.addAll(List.of(options));
        words.add("env >seen.new; mv seen.new seen; sleep 600");
        tsm.tsm(words.toArray(String[]::new)).expect(0);
        return seen();
    }

    private List<String> seen() throws IOException {
        Path seen = tsm.work().resolve("seen");
        Await.until("it says what it has", Duration.ofSeconds(20), () -> Files.exists(seen));
        return Files.readAllLines(seen);
    }

    @Test
    void what_the_shell_refuses_in_an_env_file_stops_the_start_with_its_line() throws IOException {
        for (List<String> wrong : List.of(
                List.of("A=1\nB=$((1/0))\nC=2\n", "line 2: 1/0: division by 0"),
                List.of("readonly A=1\nA=3\nB=2\n", "line 2: A: readonly variable"),
                List.of("A=1\n\nB=${A!x}\nC=2\n", "line 3: ${A!x}: bad substitution"),
                List.of("A=1\nreturn 3\nB=2\n", "line 2: failed with code 3: return 3"),
                List.of("[ -n x ] || return 1\n[ -z x ] || return 1\nB=2\n", "line 2: failed with code 1: return 1"),
                List.of("A=1\nfalse || return\n", "line 2: failed with code 1: return"),
                List.of("A=1\nfalse\n", "line 2: failed with code 1: false"))) {
            Path file = write("env/wrong.env", "rw-------", wrong.getFirst());
            TsmHome.Result refused =
                    tsm.tsm("start", "--env", "wrong", "sleep", "600").expect(1);
            assertTrue(refused.err().contains(file + ": " + wrong.getLast()), wrong + refused.err());
        }
        assertEquals("", tsm.tsm("list", "all", "-q").expect(0).out());
    }

    @Test
    void what_may_fail_in_a_shell_may_fail_in_an_env_file() throws IOException {
        List<String> seen = environmentWith("""
                f() { return 3; }
                f || LEFT=1
                f && LEFT=2
                if [ -e nothing ]; then return 4; fi
                mkdir -p folder
                LAST=$_
                [ -e nothing ] && . nothing
                """);
        assertTrue(seen.containsAll(List.of("LEFT=1", "LAST=folder")), seen.toString());
        tsm.tsm("delete", "p").expect(0);
        assertTrue(environmentWith("A=1\nreturn\nB=2\n").contains("A=1"));
    }

    @Test
    void what_an_env_file_unsets_the_process_does_not_have_until_the_file_no_longer_does_so() throws IOException {
        tsm.environment().put("COLOUR", "blue");
        tsm.environment().put("OLD_NAME", "kept");
        List<String> seen = environmentWith("NEW_NAME=$OLD_NAME\nunset COLOUR OLD_NAME\n");
        assertTrue(seen.contains("NEW_NAME=kept"), seen.toString());
        assertFalse(seen.stream().anyMatch(v -> v.matches("(COLOUR|OLD_NAME)=.*")), seen.toString());
        String shown = tsm.tsm("env", "p").expect(0).out();
        assertFalse(shown.contains("COLOUR") || shown.contains("OLD_NAME"), shown);
        String views = tsm.tsm("sql", "--csv", "SELECT variable FROM environments WHERE variable LIKE '%\\_NAME'")
                .expect(0)
                .out();
        assertFalse(views.contains("OLD_NAME"), views);

        Files.delete(tsm.work().resolve("seen"));
        tsm.tsm("restart", "p").expect(0);
        seen = seen();
        assertTrue(seen.contains("NEW_NAME=kept"), "the file reads it as it did: " + seen);
        assertFalse(seen.contains("COLOUR=blue"), seen.toString());

        write("env/given.env", "rw-------", "NEW_NAME=$OLD_NAME\n");
        Files.delete(tsm.work().resolve("seen"));
        tsm.tsm("restart", "p").expect(0);
        seen = seen();
        assertTrue(seen.containsAll(List.of("COLOUR=blue", "OLD_NAME=kept")), seen.toString());
    }

    @Test
    void a_value_that_the_caller_has_too_is_the_files_when_the_file_sets_it() throws IOException {
        int port = OwnPort.free();
        tsm.environment().put("PORT", "" + port);
        tsm.environment().put("COLOUR", "blue");
        tsm.environment().put("SHAPE", "round");
        environmentWith("export PORT=" + port + "\nCOLOUR=blue\nif false; then SHAPE=round; fi\n");
        String text = tsm.tsm("env", "p").expect(0).out();
        assertTrue(text.matches("(?s).*COLOUR +file +blue\n.*"), text);
        assertTrue(text.matches("(?s).*SHAPE +caller +round\n.*"), text);
        assertEquals(
                port + ",env\r\n",
                tsm.bash("tsm sql --csv 'SELECT port, source FROM ports' | tail -n 1")
                        .expect(0)
                        .out());
    }

    @Test
    void an_env_file_has_every_name_for_itself() throws IOException {
        tsm.environment().put("f", "callers");
        write("inner.env", "rw-------", "false\nINNER=1\n");
        List<String> seen = environmentWith("SEEN=$f\ns=mine\nt=$#\n. " + tsm.work() + "/inner.env\n");
        assertTrue(seen.containsAll(List.of("SEEN=callers", "f=callers", "s=mine", "t=0", "INNER=1")), seen.toString());
        assertFalse(seen.stream().anyMatch(v -> v.matches("(__tsm|MARK).*")), seen.toString());
    }

    @Test
    void of_variables_with_one_name_the_last_counts_and_two_ports_are_refused() throws IOException {
        List<String> seen = environmentWith("", "-e", "A=1", "-e", "B=", "-e", "A=2");
        assertTrue(seen.containsAll(List.of("A=2", "B=")), seen.toString());
        TsmHome.Result two = tsm.tsm("start", "--port", "18123", "-e", "PORT=19000", "sleep", "600")
                .expect(2);
        assertTrue(two.err().contains("--port says 18123 and -e PORT says 19000"), two.err());
    }

    @Test
    void tsms_own_settings_are_shown() {
        String text = tsm.tsm("env").expect(0).out();
        assertTrue(text.contains(tsm.home().resolve("tsm.mv.db").toString()), text);
        assertTrue(text.contains(tsm.launcher().toString()), text);
        assertTrue(text.contains("8000-8999"), text);
        assertTrue(tsm.tsm("env", "--json").expect(0).out().contains("\"schema\": "));
    }

    @Test
    void secrets_that_everybody_can_read_fail_the_check() throws IOException {
        Path file = write("env/open.env", "rw-r--r--", "export API_KEY=hush\n");
        TsmHome.Result open = tsm.tsm("doctor", "env", "open").expect(1);
        assertTrue(open.out().contains("[FAIL] its mode is rw-r--r--: everybody can read"), open.out());
        assertTrue(open.out().contains("chmod 600 " + file), open.out());
        assertFalse(open.out().contains("hush"), open.out());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        tsm.tsm("doctor", "env", file.toString()).expect(0);
        write("env/plain.env", "rw-r--r--", "export COLOUR=red\n");
        tsm.tsm("doctor", "env", "plain").expect(0);
    }

    @Test
    void doubles_overrides_and_errors_are_told_with_their_lines() throws IOException {
        tsm.environment().put("COLOUR", "blue");
        write("a.env", "rw-------", "export COLOUR=red\nSIZE=1\nexport PORT=99999\nCOLOUR=green\nTSM_NAME=x\n");
        String text = tsm.tsm("doctor", "env", "a.env").expect(1).out();
        assertTrue(text.contains("COLOUR is set in lines 1, 4; of those that are run the last wins, line 4"), text);
        assertTrue(text.contains("COLOUR wins over the value in your own environment"), text);
        assertTrue(text.contains("PORT is '99999', which is no port"), text);
        assertTrue(text.contains("TSM_NAME is set by tsm itself"), text);
        write("b.env", "rw-------", "export A=1\nexport B='unclosed\n");
        String broken = tsm.tsm("doctor", "env", "b.env").expect(1).out();
        assertTrue(broken.contains("[FAIL]") && broken.contains("line 2"), broken);
        write("c.env", "rw-------", "false\n");
        assertTrue(tsm.tsm("doctor", "env", "c.env", "--json").expect(1).out().contains("line 1"));
        tsm.tsm("doctor", "env", "none").expect(1);
    }
}

package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

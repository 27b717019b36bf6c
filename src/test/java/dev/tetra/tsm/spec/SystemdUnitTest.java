package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.TsmException;
import java.io.File;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;

class SystemdUnitTest {
    @TempDir
    Path folder;

    /** What systemd-analyze says of a unit; nothing when it is right. */
    private String verify(SystemdUnit unit, boolean user) throws Exception {
        Path file = Files.writeString(folder.resolve(SystemdUnit.NAME), unit.text());
        List<String> command = user
                ? List.of("systemd-analyze", "verify", "--user", "--man=no", file.toString())
                : List.of("systemd-analyze", "verify", "--man=no", file.toString());
        File said = folder.resolve("said").toFile();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said);
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
        int code = builder.start().waitFor();
        String all = Files.readString(said.toPath());
        String about = String.join(
                "\n",
                all.lines()
                        .filter(line -> line.contains(SystemdUnit.NAME))
                        // systemd before 254 says that it leaves it out
                        .filter(line -> !line.matches(".*Unknown key.*DelegateSubgroup.*"))
                        .toList());
        assertEquals(0, code, all);
        return about;
    }

    private Path launcher(String name) throws Exception {
        Path launcher = Files.createDirectories(folder.resolve(name)).resolve("tsm");
        Files.writeString(launcher, "#!/bin/sh\n");
        assertTrue(launcher.toFile().setExecutable(true));
        return launcher;
    }

    @ParameterizedTest
    @ValueSource(strings = {"bin", "with blanks", "50% of \"it\"", "it's", "back\\slash", "ü"})
    void a_unit_passes_systemds_own_check_whatever_its_paths_are(String name) throws Exception {
        Map<String, String> environment = Map.of(
                "TSM_DIR",
                folder.resolve(name).toString(),
                "PATH",
                "/usr/bin:/bin",
                "TSM_JAVA_OPTS",
                "-Xmx1g -Da='b c'");
        String launcher = launcher(name).toString();
        assertEquals("", verify(new SystemdUnit(null, launcher, environment), true));
        assertEquals("", verify(new SystemdUnit("root", launcher, environment), false));
    }

    @Test
    void the_check_finds_a_launcher_that_is_not_there() {
        SystemdUnit unit = new SystemdUnit(null, folder.resolve("nowhere").toString(), Map.of());
        AssertionError found = assertThrows(AssertionError.class, () -> verify(unit, true));
        assertTrue(String.valueOf(found.getMessage()).contains("nowhere"), found.getMessage());
    }

    @Test
    void a_unit_leaves_processes_alone_and_stops_them_in_order_at_a_shutdown() {
        String text = new SystemdUnit("me", "/opt/tsm/bin/tsm", Map.of("A", "b")).text();
        for (String line : List.of(
                "Type=exec",
                "User=me",
                "Environment=\"A=b\"",
                "ExecStart=\"/opt/tsm/bin/tsm\" __daemon",
                "ExecStop=\"/opt/tsm/bin/tsm\" daemon stop --shutdown",
                "KillMode=process",
                "OOMPolicy=continue",
                "Delegate=yes",
                "DelegateSubgroup=tsm.daemon",
                "WantedBy=multi-user.target")) {
            assertTrue(text.lines().anyMatch(line::equals), line + " is not in\n" + text);
        }
    }

    @Test
    void what_no_unit_can_hold_is_refused() {
        for (String path : List.of("/a\nExecStart=/bin/rm", "/a\u0001", "/\uDC80")) {
            assertThrows(TsmException.Failed.class, () -> new SystemdUnit(null, path, Map.of()).text());
        }
    }

    @Test
    void a_launch_agent_is_well_formed_xml() throws Exception {
        String text = new LaunchAgent("me", "/opt/<a> & b/tsm", Map.of("A", "<&>")).text();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        var document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(text)));
        assertEquals("plist", document.getDocumentElement().getNodeName());
        assertTrue(document.getDocumentElement().getTextContent().contains("/opt/<a> & b/tsm"));
    }
}

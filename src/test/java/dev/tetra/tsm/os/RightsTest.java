package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Ulimit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RightsTest {
    private final Rights rights = new UnixRights();

    @Test
    void users_and_groups_are_found_by_name_and_by_number() {
        Rights.User root = rights.user("root").orElseThrow();
        assertEquals(0, root.uid());
        assertEquals(0, root.gid());
        assertEquals("/root", root.home());
        assertTrue(root.shell().startsWith("/"), root.shell());
        assertEquals(Optional.of(root), rights.user("0"));
        assertEquals("nobody", rights.user("65534").orElseThrow().name());
        assertEquals(Optional.empty(), rights.user("nobody-of-this-name"));
        assertEquals(Optional.empty(), rights.user("4000000001"));
        assertEquals(OptionalLong.of(0), rights.group("root"));
        assertEquals(OptionalLong.of(0), rights.group("0"));
        assertEquals(OptionalLong.empty(), rights.group("none-of-this-name"));
    }

    @Test
    void what_it_may_give_is_what_the_kernel_says() throws Exception {
        String self = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("Uid:"))
                .findFirst()
                .orElseThrow();
        assertEquals(self.split("\t", -1)[2].equals("0"), rights.superuser());
        assertTrue(rights.highest(Ulimit.Resource.NOFILE).orElse(1 << 20) >= 1024);
        String stat = Files.readAllLines(Path.of("/proc/self/stat")).getFirst();
        assertEquals(Integer.parseInt(stat.replaceFirst(".*\\) ", "").split(" ", -1)[16]), rights.niceness());
        assertTrue(rights.tool("sh").orElseThrow().endsWith("/sh"));
        assertEquals(Optional.empty(), rights.tool("no-such-tool"));
    }
}

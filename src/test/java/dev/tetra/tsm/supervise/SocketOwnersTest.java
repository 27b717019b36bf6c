package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Listener;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is remembered between looks, and when it must not be. */
class SocketOwnersTest {
    private final Map<Long, Long> descriptors = new HashMap<>();
    private int reads;
    private final SocketOwners owners = new SocketOwners((Host) Proxy.newProxyInstance(
            Host.class.getClassLoader(), new Class<?>[] {Host.class}, (host, method, arguments) -> {
                if (!method.getName().equals("owners")) {
                    throw new AssertionError(method + " is not asked");
                }
                reads++;
                Map<Long, Long> found = new HashMap<>(descriptors);
                found.values().retainAll((Collection<?>) arguments[0]);
                return found;
            }));

    private static Listener socket(long inode) {
        return new Listener(Listener.Protocol.TCP, "127.0.0.1", (int) inode, inode, 0);
    }

    private static Map<Long, Identity> processes(long... pids) {
        Map<Long, Identity> all = new HashMap<>();
        for (long pid : pids) {
            all.put(pid, new Identity(pid, 1, "boot"));
        }
        return all;
    }

    @Test
    void descriptors_are_read_once_while_nothing_changes() {
        descriptors.put(100L, 7L);
        List<Listener> sockets = List.of(socket(100), socket(200));
        for (int i = 0; i < 3; i++) {
            assertEquals(Map.of(100L, 7L), owners.of(sockets, processes(7, 8)));
        }
        assertEquals(1, reads);
    }

    @Test
    void a_new_socket_a_new_process_and_a_death_are_seen() {
        descriptors.put(100L, 7L);
        owners.of(List.of(socket(100), socket(200)), processes(7));
        descriptors.put(300L, 7L);
        List<Listener> sockets = List.of(socket(100), socket(200), socket(300));
        assertEquals(Map.of(100L, 7L, 300L, 7L), owners.of(sockets, processes(7)), "a new socket");
        descriptors.put(200L, 9L);
        assertEquals(
                Map.of(100L, 7L, 200L, 9L, 300L, 7L),
                owners.of(sockets, processes(7, 9)),
                "inherited by a new process");
        descriptors.put(100L, 9L);
        descriptors.remove(300L);
        assertEquals(Map.of(100L, 9L, 200L, 9L), owners.of(sockets, processes(9)), "its process died, another has it");
    }

    @Test
    void a_pid_that_was_given_anew_is_another_process() {
        descriptors.put(100L, 7L);
        owners.of(List.of(socket(100)), processes(7));
        descriptors.clear();
        Map<Long, Identity> reused = Map.of(7L, new Identity(7, 2, "boot"));
        assertEquals(Map.of(), owners.of(List.of(socket(100)), reused));
    }
}

package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DaemonProcessTest {
    private final Sandbox box = new Sandbox();

    @AfterEach
    void close() throws IOException {
        box.close();
    }

    /** First life: starts a child and replaces itself. Second life: takes the child back and tells its end. */
    public static final class Daemon {
        private Daemon() {}

        public static void main(String[] args) throws Exception {
            if (args[0].equals("second")) {
                secondLife(args);
                return;
            }
            DaemonProcess.redirect(args[1] + "/daemon.log");
            try (Host host = Hosts.forThisMachine();
                    Frame frame = new Frame()) {
                boolean leads = DaemonProcess.leadSession();
                System.out.println("session " + leads + " umask " + Integer.toOctalString(DaemonProcess.umask(0077)));
                SpawnRequest request = new SpawnRequest(
                        "/bin/sh",
                        List.of("sh", "-c", "while ! test -e go; do sleep 0.01; done; exit 9"),
                        Sandbox.ENVIRONMENT,
                        args[1],
                        "/dev/null",
                        "/dev/null",
                        0);
                Identity child = host.spawn(request, exit -> {});
                frame.call(Libc.Files.OPEN, frame.text("/dev/zero"), 0);
                try {
                    DaemonProcess.replaceBy("/no/such/program", List.of("x"), List.of());
                } catch (IOException e) {
                    System.out.println(e.getMessage());
                }
                System.out.flush();
                DaemonProcess.replaceBy(
                        args[2],
                        List.of(
                                "java",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                args[3],
                                Daemon.class.getName(),
                                "second",
                                args[1],
                                Long.toString(DaemonProcess.pid()),
                                Long.toString(child.pid()),
                                Long.toString(child.startTicks())),
                        Sandbox.ENVIRONMENT);
            }
        }

        private static void secondLife(String[] args) throws Exception {
            System.out.println("same pid " + (Long.parseLong(args[2]) == DaemonProcess.pid()));
            try (Host host = Hosts.forThisMachine()) {
                System.out.println("/dev/zero is open " + isOpen("/dev/zero"));
                CountDownLatch ended = new CountDownLatch(1);
                Identity child = new Identity(Long.parseLong(args[3]), Long.parseLong(args[4]), host.bootId());
                boolean adopted = host.adopt(child, exit -> {
                    System.out.println(exit.inWords());
                    ended.countDown();
                });
                System.out.println("adopted " + adopted);
                Files.createFile(Path.of(args[1], "go"));
                ended.await();
            }
        }

        private static boolean isOpen(String file) throws IOException {
            try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
                return descriptors.anyMatch(descriptor -> {
                    try {
                        return Files.readSymbolicLink(descriptor).equals(Path.of(file));
                    } catch (IOException e) {
                        return false;
                    }
                });
            }
        }
    }

    @Test
    void a_daemon_that_replaces_itself_keeps_its_pid_and_its_children() throws Exception {
        String java = System.getProperty("java.home") + "/bin/java";
        String classes = System.getProperty("java.class.path");
        Sandbox.Child daemon = box.start(box.request(
                java,
                List.of(
                        "java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classes,
                        Daemon.class.getName(),
                        "first",
                        box.folder.toString(),
                        java,
                        classes)));
        Exit exit = daemon.end();
        String log = Files.readString(box.folder.resolve("daemon.log"));
        assertEquals(new Exit.Code(0), exit, log + Files.readString(Path.of(box.err())));
        assertEquals(
                List.of(
                        // Started here it leads its group already, so that it can't lead another session.
                        "session false umask 22",
                        "/no/such/program: No such file or directory (ENOENT)",
                        "same pid true",
                        "/dev/zero is open false",
                        "adopted true",
                        "exit code 9"),
                log.lines().toList());
        assertTrue(box.written().isEmpty());
    }
}

package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.os.Host;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PortObserverTest {
    private final Rig rig = new Rig();

    @AfterEach
    void end() throws Exception {
        rig.close();
    }

    /** {@code list} and the daemon's own look meet. */
    @Test
    void two_that_look_at_once_write_the_same_ports_and_complain_of_nothing() throws Exception {
        ManagedProcess process = listening();
        long run = Objects.requireNonNull(process.serving()).key();
        PrintStream usual = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            for (int round = 0; round < 30; round++) {
                PortObserver observer = new PortObserver(rig.store, rig.host);
                rig.store.run(tx -> tx.ports().observe(run, List.of()));
                CyclicBarrier together = new CyclicBarrier(2);
                List<Thread> both = Stream.generate(() -> Thread.ofPlatform().start(() -> {
                            try {
                                together.await();
                            } catch (InterruptedException | BrokenBarrierException e) {
                                throw new IllegalStateException(e);
                            }
                            observer.look(List.of(process));
                        }))
                        .limit(2)
                        .toList();
                for (Thread one : both) {
                    one.join();
                }
                assertEquals(List.of((int) rig.number("port")), written(process));
            }
        } finally {
            System.setErr(usual);
        }
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    private ManagedProcess listening() throws Exception {
        ManagedProcess process = rig.started(rig.add(
                "a",
                RestartPolicy.DEFAULT,
                Duration.ofSeconds(2),
                "exec python3 -c 'import os, socket, time; s = socket.create_server((\"127.0.0.1\", 0));"
                        + " open(os.environ[\"TSM_DIR\"] + \"/port\", \"w\").write(str(s.getsockname()[1]));"
                        + " time.sleep(1000)'"));
        rig.number("port");
        return process;
    }

    private List<Integer> written(ManagedProcess process) {
        return rig.store.call(tx -> tx.ports().observed()).getOrDefault(process.key(), List.of()).stream()
                .map(Observed::port)
                .toList();
    }

    /** A thread that is interrupted while it writes closes the file of the database under everybody (FileChannel). */
    @Test
    void an_observer_that_is_closed_in_the_middle_of_a_look_leaves_the_database_open() throws Exception {
        ManagedProcess process = listening();
        int port = (int) rig.number("port");
        CountDownLatch looking = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        Host slow = (Host) Proxy.newProxyInstance(
                PortObserverTest.class.getClassLoader(), new Class<?>[] {Host.class}, (self, method, arguments) -> {
                    if (method.getName().equals("listeners")) {
                        looking.countDown();
                        awaitDeaf(closing);
                    }
                    try {
                        return method.invoke(rig.host, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        PortObserver observer = new PortObserver(rig.store, slow);
        observer.start();
        observer.executed(process.key());
        looking.await();
        Thread close = Thread.ofVirtual().start(() -> {
            try {
                observer.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (close.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        closing.countDown();
        close.join();
        assertEquals(List.of(port), written(process));
    }

    /** Waits whether it is interrupted or not, and leaves the interrupt for others to see. */
    private static void awaitDeaf(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                if (!latch.await(20, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody closes it");
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

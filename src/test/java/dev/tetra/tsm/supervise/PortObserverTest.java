package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.os.Host;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PortObserverTest {
    private final Rig rig = new Rig();

    @AfterEach
    void end() throws Exception {
        rig.close();
    }

    /** A thread that is interrupted while it writes closes the file of the database under everybody (FileChannel). */
    @Test
    void an_observer_that_is_closed_in_the_middle_of_a_look_leaves_the_database_open() throws Exception {
        ManagedProcess process = rig.started(rig.add(
                "a",
                RestartPolicy.DEFAULT,
                Duration.ofSeconds(2),
                "exec python3 -c 'import os, socket, time; s = socket.create_server((\"127.0.0.1\", 0));"
                        + " open(os.environ[\"TSM_DIR\"] + \"/port\", \"w\").write(str(s.getsockname()[1]));"
                        + " time.sleep(1000)'"));
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
        assertEquals(
                List.of(port),
                rig.store.call(tx -> tx.ports().observed()).getOrDefault(process.key(), List.of()).stream()
                        .map(Observed::port)
                        .toList());
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

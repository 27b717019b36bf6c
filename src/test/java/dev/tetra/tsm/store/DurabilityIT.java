package dev.tetra.tsm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A commit that was acknowledged is there after {@code kill -9}, however often, and however many commit at once. */
@Timeout(300)
class DurabilityIT {
    private static final int ROUNDS = Integer.getInteger("tsm.rounds", 15);
    private static final int WRITERS = 6;
    private static final int LONGEST_LIFE_MILLIS = 300;
    private static final long SEED = Long.getLong("tsm.seed", System.nanoTime());

    @TempDir
    Path home;

    @Test
    void an_acknowledged_commit_survives_the_death_of_the_program() throws Exception {
        Random random = new Random(SEED);
        for (int round = 1; round <= ROUNDS; round++) {
            Map<String, Long> acknowledged = acknowledged();
            Map<String, Long> found = openWriteAndDie(random.nextInt(LONGEST_LIFE_MILLIS * 1_000_000));
            String when = "round " + round + " of seed " + SEED;
            acknowledged.forEach((writer, number) -> assertTrue(
                    found.getOrDefault(writer, -1L) >= number,
                    () -> when + ": " + writer + " was told " + number + ", found is " + found));
        }
        assertEquals(WRITERS, acknowledged().size(), "writers that wrote");
    }

    /** What it found when it opened what the one before had left when it was killed. */
    private Map<String, Long> openWriteAndDie(int nanos) throws IOException, InterruptedException {
        Process program = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CountingWriters.class.getName(),
                        home.toString(),
                        String.valueOf(WRITERS)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = program.inputReader()) {
            Map<String, Long> found = new HashMap<>();
            for (String line = out.readLine(); !"ready".equals(line); line = out.readLine()) {
                String[] fields = line.split(" ", 2);
                found.put(fields[0], Long.parseLong(fields[1]));
            }
            LockSupport.parkNanos(nanos);
            return found;
        } finally {
            program.destroyForcibly().waitFor();
        }
    }

    private Map<String, Long> acknowledged() throws IOException {
        Map<String, Long> last = new HashMap<>();
        if (!Files.exists(home.resolve("acknowledged"))) {
            return last;
        }
        for (String line : Files.readAllLines(home.resolve("acknowledged"))) {
            String[] fields = line.split(" ", 2);
            last.merge(fields[0], Long.parseLong(fields[1]), Math::max);
        }
        return last;
    }
}

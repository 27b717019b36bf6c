package dev.tetra.tsm.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class WantOfMemoryTest {

    /** The program that is out of memory; its word says where. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws InterruptedException {
            WantOfMemory.endThis(() -> Runtime.getRuntime().halt(3));
            switch (arguments[0]) {
                case "virtual" -> Thread.ofVirtual().start(Program::tooMuch).join();
                case "platform" -> Thread.ofPlatform().start(Program::tooMuch).join();
                case "kept" -> {
                    try {
                        CompletableFuture.runAsync(Program::tooMuch).join();
                    } catch (CompletionException e) {
                        WantOfMemory.endOn(e);
                    }
                }
                case "threads" ->
                    WantOfMemory.endOn(new OutOfMemoryError("unable to create native thread: possibly out of memory"));
                default ->
                    Thread.ofPlatform()
                            .start(() -> {
                                throw new IllegalStateException("something else");
                            })
                            .join();
            }
            System.exit(0);
        }

        private static void tooMuch() {
            System.out.println(new long[Integer.MAX_VALUE - 8].length);
        }
    }

    @ParameterizedTest
    @CsvSource({"virtual, 3", "platform, 3", "kept, 3", "threads, 0", "another, 0"})
    void a_program_that_is_out_of_memory_ends_wherever_that_was_thrown_and_for_nothing_else(String where, int code)
            throws IOException, InterruptedException {
        Process program = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        where))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertTrue(program.waitFor(30, TimeUnit.SECONDS), "it ends");
            assertEquals(code, program.exitValue());
        } finally {
            program.destroyForcibly();
        }
    }
}

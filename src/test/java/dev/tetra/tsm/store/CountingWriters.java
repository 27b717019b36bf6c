package dev.tetra.tsm.store;

import dev.tetra.tsm.model.BuildInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** A program that is to be killed: its threads commit one number after another, and write each down after its commit. */
final class CountingWriters {
    private static final int LONGEST_PAUSE_NANOS = 12_000_000;

    private CountingWriters() {}

    /** Arguments: the home, how many threads. Says on stdout which number it found of each, then {@code ready}. */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Store store = Store.open(home, BuildInfo.load(), Clock.systemUTC());
        FileChannel acknowledged = FileChannel.open(
                home.resolve("acknowledged"), Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        List<String> writers = IntStream.range(0, Integer.parseInt(arguments[1]))
                .mapToObj(i -> "writer-" + i)
                .toList();
        writers.forEach(writer -> System.out.println(writer + " " + last(writer, store)));
        System.out.println("ready");
        for (String writer : writers) {
            Thread.ofPlatform().start(() -> count(writer, store, acknowledged));
        }
    }

    private static long last(String writer, Store store) {
        return store.call(tx -> tx.settings().get(writer)).map(Long::parseLong).orElse(0L);
    }

    private static void count(String writer, Store store, FileChannel acknowledged) {
        long number = last(writer, store);
        while (true) {
            long next = ++number;
            store.run(tx -> {
                tx.settings().put(writer, String.valueOf(next));
                tx.journal().daemonEvent(writer + " counts " + next);
            });
            try {
                // In one write of O_APPEND, so a line is there whole or not at all.
                acknowledged.write(ByteBuffer.wrap((writer + " " + next + "\n").getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            // Not in a rush: what is lost is lost between commits that come one by one.
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_NANOS));
        }
    }
}

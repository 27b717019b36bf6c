package dev.tetra.tsm.testing;

import dev.tetra.tsm.model.TsmException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Input as somebody would write it who wants to do harm, and what must hold for whatever reads it. */
public final class Hostile {
    private static final Duration IN_TIME = Duration.ofSeconds(5);
    /** Daemons, as one that hangs must not keep the tests from ending. */
    private static final ExecutorService READER = Executors.newCachedThreadPool(
            work -> Thread.ofPlatform().daemon().name("reader").unstarted(work));

    private Hostile() {}

    /**
     * Reads something: it must end in time, with a value or with the error of a user, which says something and what to do.
     *
     * @return the value; null when it was refused
     */
    public static <T> T read(Callable<T> reading) {
        Future<T> future = READER.submit(reading);
        try {
            return future.get(IN_TIME.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TsmException refused && refused.exitCode() != 70) {
                if (refused.getMessage().isBlank() || refused.hint().isBlank()) {
                    throw new AssertionError("refused without a reason or a hint", refused);
                }
                return null;
            }
            throw new AssertionError("not refused in the way of a user's error: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new AssertionError("not read within " + IN_TIME, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /**
     * Text that is like these, with parts removed, doubled, put elsewhere or replaced; text of their pieces in any order; and
     * any text at all.
     *
     * @param pieces what the reader knows of, besides single characters
     */
    public static Arbitrary<String> texts(List<String> good, List<String> pieces) {
        Arbitrary<String> mutated = Arbitraries.longs().map(seed -> {
            Random random = new Random(seed);
            return mutated(good.get(random.nextInt(good.size())), pieces, random);
        });
        Arbitrary<String> made = Arbitraries.of(pieces).list().ofMaxSize(40).map(all -> String.join("", all));
        return Arbitraries.oneOf(mutated, made, Arbitraries.strings().ofMaxLength(80), Arbitraries.of(good));
    }

    private static String mutated(String text, List<String> pieces, Random random) {
        StringBuilder made = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int from = random.nextInt(made.length() + 1);
            int to = Math.min(made.length(), from + random.nextInt(8));
            switch (random.nextInt(5)) {
                case 0 -> made.delete(from, to);
                case 1 -> made.insert(from, made.substring(from, to).repeat(1 + random.nextInt(50)));
                case 2 -> made.insert(from, pieces.get(random.nextInt(pieces.size())));
                case 3 -> made.insert(from, (char) random.nextInt(0x10000));
                default -> made.replace(from, to, made.substring(random.nextInt(made.length() + 1)));
            }
        }
        return made.length() > 20_000 ? made.substring(0, 20_000) : made.toString();
    }

    /** As {@link #texts}, in bytes that need not be text. */
    public static Arbitrary<byte[]> bytes(List<String> good, List<String> pieces) {
        Arbitrary<byte[]> likely = texts(good, pieces).map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
        return Arbitraries.oneOf(likely, Arbitraries.bytes().array(byte[].class).ofMaxSize(300));
    }

    /** Cuts bytes where somebody's writes may have ended. */
    public static List<byte[]> cut(byte[] all, long seed) {
        Random random = new Random(seed);
        List<byte[]> parts = new ArrayList<>();
        for (int at = 0; at < all.length; ) {
            int size = Math.min(all.length - at, 1 + random.nextInt(20));
            parts.add(java.util.Arrays.copyOfRange(all, at, at + size));
            at += size;
        }
        return parts;
    }
}

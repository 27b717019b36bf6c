package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tetra.tsm.model.RawText;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * A place to call the C library from: memory that lives as long as the frame, and the error number of the last call.
 * Used by one thread.
 *
 * <p>All functions are called through one method handle with six {@code long} arguments, because making a handle for
 * each shape costs milliseconds of start-up. That is sound for functions with integer and pointer arguments: the System
 * V x86-64 and AAPCS64 calling conventions pass the first six in registers, an unused one is not looked at, and an
 * {@code int} result is the low half of the register. Variadic functions are the same as others there, except on macOS
 * for arm64, where what is variadic must not be called through here.
 */
final class Frame implements AutoCloseable {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"));

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment capture = arena.allocate(CAPTURE);

    /** The function of that name, as the program's own library has it. */
    static MemorySegment symbol(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library of this machine has no " + name));
    }

    /** Whether the C library has that function. */
    static boolean has(String name) {
        return LINKER.defaultLookup().find(name).isPresent();
    }

    /** Calls a function that returns an {@code int}. */
    int call(MemorySegment function, long... arguments) {
        return (int) callLong(function, arguments);
    }

    /** Calls a function that returns a {@code long}, {@code ssize_t} or a pointer. */
    long callLong(MemorySegment function, long... arguments) {
        long a = arguments.length > 0 ? arguments[0] : 0;
        long b = arguments.length > 1 ? arguments[1] : 0;
        long c = arguments.length > 2 ? arguments[2] : 0;
        long d = arguments.length > 3 ? arguments[3] : 0;
        long e = arguments.length > 4 ? arguments[4] : 0;
        long f = arguments.length > 5 ? arguments[5] : 0;
        try {
            return (long) CALL.invokeExact(function, capture, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException("native call", thrown);
        }
    }

    /** The error number that the last call left; of use only when that call failed. */
    int errno() {
        return capture.get(JAVA_INT, 0);
    }

    /** Zeroed memory, aligned for any structure. */
    MemorySegment allocate(long bytes) {
        return arena.allocate(bytes, 16);
    }

    /** Text as a C string; lives as long as the frame. */
    long text(String text) {
        byte[] bytes = RawText.encode(text);
        MemorySegment segment = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
        return segment.address();
    }

    /** An array of C strings with the NULL at its end, as {@code execve} takes it. */
    long texts(List<String> texts) {
        MemorySegment array = arena.allocate(JAVA_LONG, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(JAVA_LONG, i, text(texts.get(i)));
        }
        return array.address();
    }

    @Override
    public void close() {
        arena.close();
    }
}

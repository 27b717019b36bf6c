package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** fcntl(2), which is variadic and so needs a handle of its own on macOS for arm64 ({@link Frame}). */
final class Fcntl {
    private Fcntl() {}

    /** Looked up only where it is needed. */
    private static final class Variadic {
        static final MethodHandle CALL = Linker.nativeLinker()
                .downcallHandle(
                        Frame.symbol("fcntl"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                        Linker.Option.firstVariadicArg(2));

        private Variadic() {}
    }

    /** Sets a number on a descriptor; one that is closed meanwhile is left out. */
    static void set(Frame frame, int descriptor, int command, int value) {
        if (Platform.current() == Platform.LINUX) {
            frame.call(Libc.Linux.FCNTL, descriptor, command, value);
            return;
        }
        try {
            int result = (int) Variadic.CALL.invokeExact(descriptor, command, value);
            assert result >= -1;
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException("fcntl", thrown);
        }
    }
}

package dev.tetra.tsm.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ClassFilesTest {
    @TempDir
    private Path folder;

    private Path copyOf(Class<?> ofLibrary) throws Exception {
        URI jar = ofLibrary.getProtectionDomain().getCodeSource().getLocation().toURI();
        return Files.copy(Path.of(jar), folder.resolve("library.jar"));
    }

    private static List<String> names(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return Collections.list(file.entries()).stream()
                    .map(Object::toString)
                    .toList();
        }
    }

    private static int version(Path jar, String name) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return ClassFile.of()
                    .parse(file.getInputStream(file.getEntry(name)).readAllBytes())
                    .majorVersion();
        }
    }

    @Test
    void old_classes_become_new_ones_that_pass_the_check_and_work() throws Exception {
        Path jar = copyOf(CommandLine.class);
        List<String> before = names(jar);
        assertEquals(ClassFile.JAVA_5_VERSION, version(jar, "picocli/CommandLine.class"));
        ClassFiles.renew(jar);
        assertEquals(ClassFile.JAVA_8_VERSION, version(jar, "picocli/CommandLine.class"));
        assertEquals(before, names(jar));
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            for (String name : before) {
                if (name.endsWith(".class") && !name.contains("module-info")) {
                    // With stack maps that are wrong this fails: a class of this version has no other way to be
                    // checked.
                    Class.forName(name.replace(".class", "").replace('/', '.'), true, loader);
                }
            }
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(jar), left.toList());
        }
    }

    @Test
    void a_jar_without_old_classes_stays_the_very_file() throws Exception {
        Path jar = copyOf(CommandLine.class);
        ClassFiles.renew(jar);
        Object file = Files.readAttributes(jar, "unix:ino,lastModifiedTime");
        ClassFiles.renew(jar);
        assertEquals(file, Files.readAttributes(jar, "unix:ino,lastModifiedTime"));
    }

    /** What is switched over. */
    sealed interface Shape {
        record Dot() implements Shape {}

        record Line(int length) implements Shape {}

        record Square(int side) implements Shape {}

        /** In an interface, with guards, so that a search goes on behind a label. */
        static String name(Shape shape) {
            return switch (shape) {
                case null -> "none";
                case Line line when line.length > 100 -> "long line";
                case Line line when line.length > 10 -> "line";
                case Line(int length) -> "dash " + length;
                case Dot dot -> "dot";
                case Square square when square.side == 0 -> "no square";
                case Square square -> "square";
            };
        }
    }

    /** In a class, of several in one method, and one of strings, which stays. */
    public static final class Switches {
        private Switches() {}

        public static String all() {
            StringBuilder all = new StringBuilder();
            for (Shape shape : new Shape[] {
                null,
                new Shape.Line(101),
                new Shape.Line(11),
                new Shape.Line(1),
                new Shape.Dot(),
                new Shape.Square(0),
                new Shape.Square(1)
            }) {
                all.append(Shape.name(shape)).append(", ");
            }
            for (Object object : new Object[] {1, "two", 3L, "four"}) {
                all.append(
                        switch (object) {
                            case Integer number when number > 1 -> "much";
                            case Integer number -> "int";
                            case CharSequence text -> text.length() + " letters";
                            default -> "else";
                        });
                all.append(
                        switch (object) {
                            case String text when text.equals("two") -> " 2";
                            default -> " ?";
                        });
            }
            return all.toString();
        }
    }

    @Test
    void a_switch_over_types_does_the_same_without_generating_a_class() throws Exception {
        Path jar = folder.resolve("library.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Class<?> type : List.of(
                    ClassFilesTest.class,
                    Switches.class,
                    Shape.class,
                    Shape.Dot.class,
                    Shape.Line.class,
                    Shape.Square.class)) {
                String name = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(name));
                out.write(ClassFilesTest.class.getResourceAsStream("/" + name).readAllBytes());
            }
        }
        assertEquals(3, typeSwitches(jar));
        ClassFiles.renew(jar);
        assertEquals(0, typeSwitches(jar));
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            Class<?> renewed = Class.forName(Switches.class.getName(), true, loader);
            assertEquals(
                    "none, long line, line, dash 1, dot, no square, square, int ?3 letters 2else ?4 letters ?",
                    renewed.getMethod("all").invoke(null));
        }
        assertEquals(
                "none, long line, line, dash 1, dot, no square, square, int ?3 letters 2else ?4 letters ?",
                Switches.all());
    }

    private static long typeSwitches(Path jar) throws IOException {
        long count = 0;
        for (String name : names(jar)) {
            try (JarFile file = new JarFile(jar.toFile())) {
                count +=
                        ClassFile.of()
                                .parse(file.getInputStream(file.getEntry(name)).readAllBytes())
                                .methods()
                                .stream()
                                .flatMap(method -> method.code().stream())
                                .flatMap(code -> code.elementStream())
                                .filter(element -> element instanceof InvokeDynamicInstruction call
                                        && call.bootstrapMethod().methodName().equals("typeSwitch"))
                                .count();
            }
        }
        return count;
    }

    @Test
    void what_is_no_jar_stays_as_it_was() throws IOException {
        Path jar = Files.writeString(folder.resolve("library.jar"), "no jar");
        byte[] before = Files.readAllBytes(jar);
        assertThrows(IOException.class, () -> ClassFiles.renew(jar));
        assertArrayEquals(before, Files.readAllBytes(jar));
        try (Stream<Path> left = Files.list(folder)) {
            assertTrue(left.toList().equals(List.of(jar)));
        }
    }
}

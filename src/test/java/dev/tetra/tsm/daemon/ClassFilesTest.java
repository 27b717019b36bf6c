package dev.tetra.tsm.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarFile;
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

package dev.tetra.tsm.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * For the build: lifts the classes of a library from class file versions before 50 to 52. The cache of classes takes none
 * that old, as they lack the stack maps by which a class is checked without running its code through (JVMS 4.10); so they
 * would be read and checked anew at each start. Nothing else of a class is changed.
 */
final class ClassFiles {
    /** Java 6, the first with stack maps. */
    private static final int OLDEST = ClassFile.JAVA_6_VERSION;

    private static final int NEW = ClassFile.JAVA_8_VERSION;
    private static final String SUFFIX = ".class";

    private ClassFiles() {}

    /**
     * Lifts the classes of a jar. One without old classes is left as it is, so that a cache that was made for it stays good.
     * Who has the old file open keeps that.
     *
     * @throws IOException when it can't be read or written; it is as before then
     * @throws IllegalArgumentException when a class can't be lifted; it is as before then
     */
    static void renew(Path path) throws IOException {
        Path draft = path.resolveSibling(path.getFileName() + ".new");
        boolean written = false;
        try (JarFile jar = new JarFile(path.toFile(), false)) {
            List<JarEntry> entries = Collections.list(jar.entries());
            if (!hasOld(jar, entries)) {
                return;
            }
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(draft))) {
                write(jar, entries, out);
            }
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            written = true;
        } finally {
            if (!written) {
                Files.deleteIfExists(draft);
            }
        }
    }

    private static boolean hasOld(JarFile jar, List<JarEntry> entries) throws IOException {
        for (JarEntry entry : entries) {
            if (old(entry, content(jar, entry))) {
                return true;
            }
        }
        return false;
    }

    private static void write(JarFile jar, List<JarEntry> entries, JarOutputStream out) throws IOException {
        ClassFile files = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ClassHierarchyResolverOption.of(
                        ClassHierarchyResolver.ofResourceParsing(type -> open(jar, type))
                                .orElse(ClassHierarchyResolver.defaultResolver())));
        for (JarEntry entry : entries) {
            byte[] content = content(jar, entry);
            JarEntry renewed = new JarEntry(entry.getName());
            renewed.setTime(entry.getTime());
            out.putNextEntry(renewed);
            out.write(old(entry, content) ? renewed(files, content) : content);
            out.closeEntry();
        }
    }

    private static byte[] renewed(ClassFile files, byte[] old) {
        ClassTransform newer = (builder, element) ->
                builder.with(element instanceof ClassFileVersion ? ClassFileVersion.of(NEW, 0) : element);
        // The code is put together anew, with the stack maps.
        return files.transformClass(
                files.parse(old), newer.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
    }

    private static @Nullable InputStream open(JarFile jar, ClassDesc type) {
        String descriptor = type.descriptorString();
        JarEntry entry = jar.getJarEntry(descriptor.substring(1, descriptor.length() - 1) + SUFFIX);
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] content(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    /** By the major version of the class file (JVMS 4.1). */
    private static boolean old(JarEntry entry, byte[] content) {
        return entry.getName().endsWith(SUFFIX)
                && content.length > 7
                && ((content[6] & 0xff) << 8 | (content[7] & 0xff)) < OLDEST;
    }
}

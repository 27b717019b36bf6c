package dev.tetra.tsm.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * For the build: makes the classes of a jar fit for the cache of classes, and changes nothing that they do.
 *
 * <ul>
 *   <li>Class file versions before 50 become 52. The cache takes none that old, as they lack the stack maps by which a class
 *       is checked without running its code through (JVMS 4.10); so they would be read and checked anew at each start.
 *   <li>A switch over types becomes a call of a method of the class that asks {@code instanceof} for each. As compiled, the
 *       JDK generates a class at the first use of each such switch ({@link java.lang.runtime.SwitchBootstraps}); the cache
 *       does not keep those, and each takes milliseconds of the first start or the first crash that a daemon sees.
 * </ul>
 */
final class ClassFiles {
    /** Java 6, the first with stack maps. */
    private static final int OLDEST = ClassFile.JAVA_6_VERSION;

    private static final int NEW = ClassFile.JAVA_8_VERSION;
    private static final String SUFFIX = ".class";
    private static final ClassDesc SWITCHES = ClassDesc.of("java.lang.runtime.SwitchBootstraps");

    /** The code is put together anew, with the stack maps. */
    private static final ClassTransform LIFTED = ((ClassTransform) (builder, element) ->
                    builder.with(element instanceof ClassFileVersion ? ClassFileVersion.of(NEW, 0) : element))
            .andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL));

    private ClassFiles() {}

    /**
     * Renews the classes of a jar. One without such classes is left as it is, so that a cache that was made for it stays good.
     * Who has the old file open keeps that.
     *
     * @throws IOException when it can't be read or written; it is as before then
     * @throws IllegalArgumentException when a class can't be renewed; it is as before then
     */
    static void renew(Path path) throws IOException {
        Path draft = path.resolveSibling(path.getFileName() + ".new");
        boolean written = false;
        try (JarFile jar = new JarFile(path.toFile(), false)) {
            List<JarEntry> entries = Collections.list(jar.entries());
            Map<String, byte[]> renewed = renewed(jar, entries);
            if (renewed.isEmpty()) {
                return;
            }
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(draft))) {
                for (JarEntry entry : entries) {
                    byte[] content = renewed.get(entry.getName());
                    JarEntry copy = new JarEntry(entry.getName());
                    copy.setTime(entry.getTime());
                    out.putNextEntry(copy);
                    out.write(content == null ? content(jar, entry) : content);
                    out.closeEntry();
                }
            }
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            written = true;
        } finally {
            if (!written) {
                Files.deleteIfExists(draft);
            }
        }
    }

    /** The classes that are not as they should be, as they should be, by the names of their files. */
    private static Map<String, byte[]> renewed(JarFile jar, List<JarEntry> entries) throws IOException {
        ClassFile files = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ClassHierarchyResolverOption.of(
                        ClassHierarchyResolver.ofResourceParsing(type -> open(jar, type))
                                .orElse(ClassHierarchyResolver.defaultResolver())));
        Map<String, byte[]> renewed = new HashMap<>();
        for (JarEntry entry : entries) {
            if (!entry.getName().endsWith(SUFFIX)) {
                continue;
            }
            ClassModel model = files.parse(content(jar, entry));
            boolean old = model.majorVersion() < OLDEST;
            if (old || switches(model)) {
                renewed.put(entry.getName(), files.transformClass(model, old ? LIFTED : new LoweredSwitches(model)));
            }
        }
        return renewed;
    }

    private static boolean switches(ClassModel model) {
        return model.methods().stream()
                .flatMap(method -> method.code().stream())
                .flatMap(CodeModel::elementStream)
                .anyMatch(ClassFiles::isTypeSwitch);
    }

    /** Whether it is a switch whose labels are all types; those over strings and constants stay. */
    private static boolean isTypeSwitch(CodeElement element) {
        if (!(element instanceof InvokeDynamicInstruction call)) {
            return false;
        }
        DirectMethodHandleDesc by = call.bootstrapMethod();
        return by.owner().equals(SWITCHES)
                && by.methodName().equals("typeSwitch")
                && call.bootstrapArgs().stream()
                        .allMatch(label -> label instanceof ClassDesc type && !type.isPrimitive());
    }

    /** Has each switch over types call a method of its class. */
    private static final class LoweredSwitches implements ClassTransform {
        private final ClassModel model;
        private final Map<String, InvokeDynamicInstruction> methods = new LinkedHashMap<>();

        LoweredSwitches(ClassModel model) {
            this.model = model;
        }

        @Override
        public void accept(ClassBuilder builder, ClassElement element) {
            if (element instanceof MethodModel method && method.code().isPresent()) {
                builder.transformMethod(method, MethodTransform.transformingCode(this::code));
            } else {
                builder.with(element);
            }
        }

        private void code(CodeBuilder code, CodeElement element) {
            if (!isTypeSwitch(element)) {
                code.with(element);
                return;
            }
            InvokeDynamicInstruction call = (InvokeDynamicInstruction) element;
            String name = "typeSwitch$" + methods.size();
            methods.put(name, call);
            code.invokestatic(
                    model.thisClass().asSymbol(),
                    name,
                    call.typeSymbol(),
                    model.flags().has(AccessFlag.INTERFACE));
        }

        @Override
        public void atEnd(ClassBuilder builder) {
            methods.forEach((name, call) -> builder.withMethodBody(
                    name,
                    call.typeSymbol(),
                    ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
                    code -> body(code, call.bootstrapArgs())));
        }

        /** As {@code SwitchBootstraps.typeSwitch} has it: of the labels from the given one on the first that fits. */
        private static void body(CodeBuilder code, List<ConstantDesc> labels) {
            Label some = code.newLabel();
            code.aload(0).ifnonnull(some).loadConstant(-1).ireturn().labelBinding(some);
            for (int i = 0; i < labels.size(); i++) {
                Label next = code.newLabel();
                code.iload(1).loadConstant(i).if_icmpgt(next);
                code.aload(0).instanceOf((ClassDesc) labels.get(i)).ifeq(next);
                code.loadConstant(i).ireturn().labelBinding(next);
            }
            code.loadConstant(labels.size()).ireturn();
        }
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
}

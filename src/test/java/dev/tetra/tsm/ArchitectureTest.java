package dev.tetra.tsm;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** The direction of the arrows, and who alone may touch what (docs/architecture). */
class ArchitectureTest {
    private static final String ROOT = "dev.tetra.tsm";
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** Each package and those of ours that it may use. */
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("model", List.of()),
            Map.entry("spec", List.of("model")),
            Map.entry("store", List.of("model")),
            Map.entry("os", List.of("model")),
            Map.entry("logs", List.of("model", "os")),
            Map.entry("supervise", List.of("model", "spec", "store", "os", "logs")),
            Map.entry("ipc", List.of("model")),
            Map.entry("engine", List.of("model", "spec", "store", "os", "logs", "supervise", "ipc")),
            Map.entry("command", List.of("model", "spec", "logs", "engine", "command.render")),
            Map.entry("command.render", List.of("model")),
            Map.entry("control", List.of("model")),
            Map.entry(
                    "daemon",
                    List.of(
                            "model",
                            "spec",
                            "store",
                            "os",
                            "logs",
                            "supervise",
                            "ipc",
                            "engine",
                            "command",
                            "control")),
            Map.entry("repl", List.of("model", "spec", "control", "command.render")));

    private static DescribedPredicate<JavaClass> outside(String... packages) {
        DescribedPredicate<JavaClass> all = DescribedPredicate.alwaysTrue();
        for (String name : packages) {
            all = all.and(not(resideInAPackage(ROOT + "." + name + "..")));
        }
        return all.as("classes outside of " + String.join(", ", packages));
    }

    private static String first(String packages) {
        int dot = packages.indexOf('.');
        return dot < 0 ? packages : packages.substring(0, dot);
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(MAIN);
    }

    @Test
    void every_package_has_its_place_in_the_table() {
        List<String> strangers = MAIN.stream()
                .map(JavaClass::getPackageName)
                .map(name -> name.equals(ROOT) ? "" : first(name.substring(ROOT.length() + 1)))
                .distinct()
                .filter(name -> !MAY_USE.containsKey(name))
                .toList();
        Assertions.assertEquals(List.of(), strangers);
    }

    @Test
    void the_arrows_between_packages_point_one_way() {
        var layers = layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
        for (String name : MAY_USE.keySet()) {
            // what is drawn with is a layer of its own, as the Java client draws too
            String members = name.equals("command") ? ROOT + "." + name : ROOT + "." + name + "..";
            layers = layers.layer(name).definedBy(members);
        }
        for (var entry : MAY_USE.entrySet()) {
            layers = entry.getValue().isEmpty()
                    ? layers.whereLayer(entry.getKey()).mayNotAccessAnyLayer()
                    : layers.whereLayer(entry.getKey())
                            .mayOnlyAccessLayers(entry.getValue().toArray(String[]::new));
        }
        check(layers);
    }

    @Test
    void no_package_is_in_a_cycle() {
        check(slices().matching(ROOT + ".(**)").should().beFreeOfCycles());
    }

    @Test
    void only_the_store_knows_sql() {
        check(noClasses()
                .that(outside("store"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.jdbi..", "org.h2..", "org.flywaydb.."));
    }

    @Test
    void only_os_calls_native_code() {
        check(noClasses().that(outside("os")).should().dependOnClassesThat().resideInAPackage("java.lang.foreign.."));
    }

    @Test
    void only_mains_write_to_the_standard_streams_or_end_the_program() {
        check(noClasses()
                .that(outside("daemon", "repl"))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .orShould()
                .callMethod(Throwable.class, "printStackTrace"));
    }

    /**
     * The daemon's host reaps all children of the program, so a child that it did not start would lose its exit code. The
     * Java client is another program, without a host.
     */
    @Test
    void only_os_starts_programs() {
        check(noClasses()
                .that(outside("repl"))
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .orShould()
                .callMethod(Runtime.class, "exec", String.class)
                .orShould()
                .callMethod(Runtime.class, "exec", String[].class));
    }

    @Test
    void nothing_sleeps_for_a_guessed_time() {
        check(noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class, int.class)
                .orShould()
                .callMethod(Thread.class, "sleep", java.time.Duration.class));
    }

    @Test
    void logging_goes_through_slf4j() {
        check(noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging.."));
    }

    @Test
    void no_static_field_holds_state() {
        List<String> mutable = MAIN.stream()
                .flatMap(type -> type.getFields().stream())
                .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                .filter(field -> !field.getModifiers().contains(JavaModifier.FINAL))
                .map(field -> field.getFullName())
                .toList();
        Assertions.assertEquals(List.of(), mutable);
    }
}

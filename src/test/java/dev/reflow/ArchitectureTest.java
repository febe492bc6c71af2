package dev.reflow;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The map of the packages: which may import which. A package that is not on it fails the build. */
class ArchitectureTest {
    private static final String ROOT = "dev.reflow.";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.reflow");
    private static final List<String> CORE = List.of("error", "organization", "flow", "task", "execution");
    private static final Map<String, List<String>> MAY_IMPORT = new LinkedHashMap<>();

    static {
        MAY_IMPORT.put("error", List.of());
        MAY_IMPORT.put("organization", List.of("error"));
        MAY_IMPORT.put("flow", List.of("error", "organization"));
        MAY_IMPORT.put("task", List.of("error", "flow"));
        MAY_IMPORT.put("execution", List.of("error", "organization", "flow", "task"));
        MAY_IMPORT.put("engine", CORE);
        MAY_IMPORT.put("usecase", with(CORE, "engine"));
        MAY_IMPORT.put("task.builtin", List.of("error", "flow", "task"));
        MAY_IMPORT.put("engine.embedded", with(CORE, "engine"));
        MAY_IMPORT.put("persistence", with(CORE, "engine"));
        MAY_IMPORT.put("security", List.of("error", "organization"));
        MAY_IMPORT.put("api", with(CORE, "usecase"));
        MAY_IMPORT.put("ops", with(CORE, "engine", "usecase"));
    }

    private static List<String> with(List<String> some, String... more) {
        return Stream.concat(some.stream(), Stream.of(more)).toList();
    }

    @TestFactory
    Stream<DynamicTest> packageImportsOnlyWhatTheMapAllows() {
        return MAY_IMPORT.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(),
                        () -> classes()
                                .that()
                                .resideInAPackage(ROOT + entry.getKey())
                                .should(importOnly(entry.getKey(), entry.getValue()))
                                .check(CLASSES)));
    }

    private static ArchCondition<JavaClass> importOnly(String name, List<String> allowed) {
        String[] ours = Stream.concat(Stream.of(name), allowed.stream())
                .map(each -> ROOT + each)
                .toArray(String[]::new);
        return onlyDependOnClassesThat(
                resideInAnyPackage(ours).or(JavaClass.Predicates.resideOutsideOfPackage("dev.reflow..")));
    }

    @Test
    void everyPackageIsOnTheMap() {
        List<String> packages = Stream.of(CLASSES.getPackage("dev.reflow"))
                .flatMap(root -> root.getSubpackagesInTree().stream())
                .filter(each -> !each.getClasses().isEmpty())
                .map(JavaPackage::getName)
                .map(name -> name.substring(ROOT.length()))
                .toList();
        assertThat(packages).containsExactlyInAnyOrderElementsOf(MAY_IMPORT.keySet());
    }

    @Test
    void decisionsSeeNoFramework() {
        classes()
                .that()
                .resideInAnyPackage(ROOT + "error", ROOT + "organization", ROOT + "flow", ROOT + "execution")
                .and()
                .haveSimpleNameNotEndingWith("Store")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "com.fasterxml.jackson.databind",
                        "com.fasterxml.jackson.databind.node",
                        "dev.reflow..")
                .check(CLASSES);
    }

    @Test
    void decisionsKnowNeitherTimeNorChance() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "execution")
                .should()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .check(CLASSES);
    }

    @Test
    void nobodyImportsALeaf() {
        Stream.of("task.builtin", "engine.embedded", "persistence", "security", "api", "ops")
                .forEach(leaf -> noClasses()
                        .that()
                        .resideOutsideOfPackage(ROOT + leaf)
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(ROOT + leaf)
                        .check(CLASSES));
    }

    @Test
    void sqlAndHibernateLiveInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "persistence")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.hibernate..", "jakarta.persistence..", "io.vertx.mutiny.sqlclient..", "java.sql..")
                .check(CLASSES);
    }
}

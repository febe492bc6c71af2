package dev.reflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.jackson.ObjectMapperCustomizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Static initializers run once and for all while a native executable is built: what they draw by lot or read from a clock
 * would be the same in every process. Those of a few named classes run when the process starts.
 */
class StaticInitializersTest {
    private static final String AT_RUN_TIME = "--initialize-at-run-time=";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.reflow");

    /** What differs from process to process, however it is come by. */
    private static final List<String> OF_A_PROCESS = List.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.System.getenv",
            "java.lang.Math.random",
            "java.lang.ProcessHandle.current",
            "java.lang.Thread.<init>",
            "java.net.InetAddress.getLocalHost",
            "java.security.SecureRandom.",
            "java.time.Clock.",
            "java.time.Instant.now",
            "java.time.InstantSource.",
            "java.time.LocalDate",
            "java.time.ZoneId.systemDefault",
            "java.time.ZonedDateTime.now",
            "java.util.Random.",
            "java.util.SplittableRandom.",
            "java.util.UUID.randomUUID",
            "java.util.concurrent.Executors.",
            "java.util.concurrent.ThreadLocalRandom.",
            "com.github.f4b6a3.ulid.");

    /** Jackson's readers are seeded by the clock. */
    private static final List<String> SEEDED = List.of(
            "com.fasterxml.jackson.core.JsonFactory",
            "com.fasterxml.jackson.databind.ObjectMapper",
            "com.fasterxml.jackson.databind.ObjectReader",
            "com.fasterxml.jackson.databind.ObjectWriter");

    private static Set<String> atRunTime;

    @BeforeAll
    static void readSettings() throws IOException {
        Properties properties = new Properties();
        try (InputStream file = Files.newInputStream(Path.of("src/main/resources/application.properties"))) {
            properties.load(file);
        }
        atRunTime = Stream.of(properties
                        .getProperty("quarkus.native.additional-build-args")
                        .split(","))
                .map(String::strip)
                .filter(argument -> argument.startsWith(AT_RUN_TIME))
                .map(argument -> argument.substring(AT_RUN_TIME.length()))
                .collect(Collectors.toSet());
    }

    @Test
    void classesThatAreNamedExist() {
        assertThat(atRunTime)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(CLASSES.contain(name)).as(name).isTrue());
    }

    @Test
    void noStaticInitializerDrawsLotsOrReadsClocks() {
        for (JavaClass each : CLASSES) {
            if (each.getStaticInitializer().isPresent() && !atRunTime.contains(each.getName())) {
                assertThat(reached(each.getStaticInitializer().get()))
                        .as("what the static initializer of %s does", each.getName())
                        .noneMatch(StaticInitializersTest::isOfAProcess)
                        .noneMatch(access ->
                                atRunTime.contains(access.getTargetOwner().getName()));
            }
        }
    }

    @Test
    void noStaticFieldKeepsWhatIsSeeded() {
        assertThat(CLASSES.stream()
                        .filter(each -> !atRunTime.contains(each.getName()))
                        .flatMap(each -> each.getFields().stream())
                        .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                        .filter(field -> SEEDED.stream().anyMatch(field.getRawType()::isAssignableTo)))
                .isEmpty();
    }

    /** The framework makes them while the executable is built, too. */
    @Test
    void whatIsMadeBeforeTheStartTakesNoSettings() {
        List<JavaClass> early = CLASSES.stream()
                .filter(each -> each.isAssignableTo(ObjectMapperCustomizer.class)
                        || each.getMethods().stream()
                                .anyMatch(method -> method.isAnnotatedWith(ServerRequestFilter.class)
                                        || method.isAnnotatedWith(ServerResponseFilter.class)
                                        || method.isAnnotatedWith(ServerExceptionMapper.class)))
                .toList();
        assertThat(early)
                .hasSizeGreaterThan(2)
                .allSatisfy(each -> assertThat(each.getConstructors())
                        .as(each.getName())
                        .allMatch(constructor -> constructor.getParameters().isEmpty()));
    }

    /** Everything that happens there, in our methods and initializers that it leads to as well; lambdas run later. */
    private static Set<JavaAccess<?>> reached(JavaCodeUnit initializer) {
        Set<JavaAccess<?>> reached = new LinkedHashSet<>();
        Set<JavaCodeUnit> seen = new LinkedHashSet<>(List.of(initializer));
        Deque<JavaCodeUnit> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            for (JavaAccess<?> access : open.pop().getAccessesFromSelf()) {
                if (!access.isDeclaredInLambda() && reached.add(access)) {
                    Stream.concat(called(access.getTarget()), access.getTargetOwner().getStaticInitializer().stream())
                            .filter(seen::add)
                            .forEach(open::push);
                }
            }
        }
        return reached;
    }

    private static Stream<JavaCodeUnit> called(AccessTarget target) {
        return target instanceof AccessTarget.CodeUnitCallTarget unit
                ? unit.resolveMember().stream().map(JavaCodeUnit.class::cast)
                : Stream.of();
    }

    private static boolean isOfAProcess(JavaAccess<?> access) {
        String target =
                access.getTargetOwner().getName() + "." + access.getTarget().getName();
        return OF_A_PROCESS.stream().anyMatch(target::startsWith);
    }
}

package dev.reflow.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.caffeine.runtime.graal.CacheConstructorsFeature;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.annotations.RegisterResourceBundle;
import io.quarkus.runtime.annotations.RegisterResources;
import jakarta.ws.rs.HttpMethod;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What works on a JVM by reflection is registered for the native executable, as far as can be told without building it. */
class NativeRegistrationsTest {
    private static final String CACHES = "com.github.benmanes.caffeine.cache.";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.reflow");

    /** A value of each type that a method of Caffeine's builder takes. */
    private static final Map<Class<?>, Object> ARGUMENTS =
            Map.of(long.class, 1L, Duration.class, Duration.ofDays(1), Weigher.class, Weigher.singletonWeigher());

    private static Stream<RegisterForReflection> registrations() {
        return Arrays.stream(NativeRegistrations.class.getDeclaredClasses())
                .map(each -> each.getAnnotation(RegisterForReflection.class))
                .filter(each -> each != null);
    }

    private static Set<String> registered() {
        return registrations()
                .flatMap(each -> Stream.concat(
                        Stream.of(each.classNames()), Stream.of(each.targets()).map(Class::getName)))
                .collect(Collectors.toSet());
    }

    @Test
    void everythingThatIsNamedExists() throws Exception {
        for (String name : registered()) {
            assertThat(Class.forName(name)).isNotNull();
        }
        for (Class<?> each : NativeRegistrations.class.getDeclaredClasses()) {
            RegisterResourceBundle bundle = each.getAnnotation(RegisterResourceBundle.class);
            if (bundle != null) {
                assertThat(ResourceBundle.getBundle(bundle.bundleName(), Locale.ENGLISH)
                                .keySet())
                        .contains("required");
            }
            RegisterResources resources = each.getAnnotation(RegisterResources.class);
            for (String name : resources == null ? new String[0] : resources.globs()) {
                assertThat(NativeRegistrations.class.getResource("/" + name))
                        .as(name)
                        .isNotNull();
            }
        }
    }

    @Test
    void nothingIsRegisteredElsewhere() {
        assertThat(CLASSES.stream()
                        .filter(each -> each.getAnnotations().stream()
                                .anyMatch(annotation ->
                                        annotation.getRawType().getSimpleName().startsWith("Register")))
                        .filter(each -> !each.getEnclosingClass()
                                .map(JavaClass::reflect)
                                .equals(Optional.of(NativeRegistrations.class)))
                        .map(JavaClass::getName))
                .isEmpty();
    }

    /** Quarkus sees the types of a resource's method, and what they consist of. */
    private static Set<String> seenByTheFramework() throws ReflectiveOperationException {
        Set<Class<?>> seen = new LinkedHashSet<>();
        for (Method method : resourceMethods()) {
            addAll(method.getGenericReturnType(), seen);
            for (Type parameter : method.getGenericParameterTypes()) {
                addAll(parameter, seen);
            }
        }
        return seen.stream().map(Class::getName).collect(Collectors.toSet());
    }

    private static List<Method> resourceMethods() {
        return CLASSES.stream()
                .filter(each -> each.isAnnotatedWith(jakarta.ws.rs.Path.class))
                .flatMap(each -> Stream.of(each.reflect().getDeclaredMethods()))
                .filter(method -> Stream.of(method.getAnnotations())
                        .anyMatch(each -> each.annotationType().isAnnotationPresent(HttpMethod.class)))
                .toList();
    }

    private static void addAll(Type type, Set<Class<?>> seen) {
        if (type instanceof ParameterizedType generic) {
            addAll(generic.getRawType(), seen);
            for (Type argument : generic.getActualTypeArguments()) {
                addAll(argument, seen);
            }
        } else if (type instanceof Class<?> raw && isOurs(raw.getName()) && seen.add(raw)) {
            for (Field field : raw.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    addAll(field.getGenericType(), seen);
                }
            }
        }
    }

    private static boolean isOurs(String type) {
        return type.startsWith("dev.reflow.");
    }

    /** An answer whose type says nothing would be written without what the executable has to know of it. */
    @Test
    void resourcesSayWhatTheyAnswer() {
        assertThat(resourceMethods())
                .hasSizeGreaterThan(30)
                .allSatisfy(method -> assertThat(method.getGenericReturnType().getTypeName())
                        .doesNotContain("jakarta.ws.rs.core.Response", "?", "java.lang.Object", "java.util.Map"));
    }

    /**
     * Whatever of ours is at hand where Jackson is given a value or a type, which is more than is given to it. Such a
     * place has to be a method whose types are plain.
     */
    @Test
    void whatJacksonMapsIsRegistered() throws Exception {
        Set<String> known = seenByTheFramework();
        known.addAll(registered());
        Set<JavaCodeUnit> places = new LinkedHashSet<>();
        for (JavaClass each : CLASSES) {
            for (JavaMethodCall call : each.getMethodCallsFromSelf()) {
                if (maps(call)) {
                    assertThat(call.isDeclaredInLambda())
                            .as("%s is not in a lambda expression", call)
                            .isFalse();
                    places.add(call.getOrigin());
                }
            }
        }
        assertThat(places).hasSizeGreaterThan(4).allSatisfy(place -> {
            assertThat(typesAt(place).filter(NativeRegistrationsTest::isOurs))
                    .as(place.getFullName())
                    .isSubsetOf(known);
            assertThat(place.getRawParameterTypes())
                    .as(place.getFullName())
                    .noneMatch(type -> type.isEquivalentTo(Object.class) || type.isEquivalentTo(Class.class));
        });
    }

    private static boolean maps(JavaMethodCall call) {
        JavaClass mapper = call.getTargetOwner();
        return Stream.of(ObjectMapper.class, ObjectReader.class, ObjectWriter.class)
                        .anyMatch(mapper::isAssignableTo)
                && call.getTarget().getRawParameterTypes().stream()
                        .anyMatch(type -> Stream.of("Object", "Class", "JavaType", "TypeReference")
                                .anyMatch(type.getSimpleName()::equals));
    }

    private static Stream<String> typesAt(JavaCodeUnit place) {
        return Stream.of(
                        place.getRawParameterTypes().stream(),
                        place.getReferencedClassObjects().stream().map(each -> each.getRawType()),
                        place.getMethodCallsFromSelf().stream()
                                .map(call -> call.getTarget().getRawReturnType()),
                        place.getConstructorCallsFromSelf().stream().map(JavaAccess::getTargetOwner))
                .flatMap(types -> types)
                .map(JavaClass::getName);
    }

    /** Caffeine makes the names of two classes of what its builder was asked for; here it is asked for the same. */
    @Test
    void classesOfCachesAreRegistered() throws Exception {
        Set<String> known = registered();
        known.addAll(List.of(CacheConstructorsFeature.typesNeedingConstructorsRegistered()));
        Set<JavaCodeUnit> places = CLASSES.stream()
                .flatMap(each -> each.getMethodCallsFromSelf().stream())
                .filter(call -> call.getTarget().getFullName().startsWith(Caffeine.class.getName() + ".build("))
                .map(JavaMethodCall::getOrigin)
                .collect(Collectors.toSet());
        assertThat(places).hasSizeGreaterThan(2);
        for (JavaCodeUnit place : places) {
            Caffeine<?, ?> builder = builderOf(place);
            assertThat(known)
                    .as("the classes of the cache of %s", place.getFullName())
                    .contains(
                            CACHES + className("LocalCacheFactory", builder),
                            CACHES + className("NodeFactory", builder, false));
        }
    }

    private static Caffeine<?, ?> builderOf(JavaCodeUnit place) throws ReflectiveOperationException {
        Caffeine<?, ?> builder = Caffeine.newBuilder();
        for (JavaMethodCall call : place.getMethodCallsFromSelf()) {
            Method method =
                    (Method) call.getTarget().resolveMember().orElseThrow().reflect();
            if (method.getDeclaringClass() == Caffeine.class && method.getReturnType() == Caffeine.class) {
                Object[] arguments = Arrays.stream(method.getParameterTypes())
                        .map(ARGUMENTS::get)
                        .toArray();
                if (!Modifier.isStatic(method.getModifiers())) {
                    method.invoke(builder, arguments);
                }
            }
        }
        return builder;
    }

    private static String className(String factory, Object... arguments) throws ReflectiveOperationException {
        for (Method method : Class.forName(CACHES + factory).getDeclaredMethods()) {
            if (method.getName().equals("getClassName")) {
                method.setAccessible(true);
                return (String) method.invoke(null, arguments);
            }
        }
        throw new IllegalStateException(factory + " names its classes in another way now");
    }
}

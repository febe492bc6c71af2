package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.organization.Caller;
import dev.reflow.organization.Credential;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.Permission;
import dev.reflow.organization.Role;
import dev.reflow.support.ApiClient;
import dev.reflow.support.EventSocket;
import dev.reflow.support.Organizations;
import io.quarkus.security.PermissionsAllowed;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of permissions is what every role meets at every operation, and what is written about it. */
@QuarkusTest
class PermissionsTest {
    private static final Map<String, String> ABSENT = Stream.of(
                    "flow_id",
                    "flow_execution_id",
                    "task_execution_id",
                    "task_output_id",
                    "service_account_id",
                    "api_key_id",
                    "organization_id")
            .collect(Collectors.toMap(name -> name, name -> UUID.randomUUID().toString()));

    @Inject
    Organizations organizations;

    @Inject
    BeanManager beans;

    private ApiClient api;

    @BeforeEach
    void newOrganization() {
        api = organizations.create();
    }

    @ParameterizedTest
    @EnumSource
    void roleIsForbiddenWhatTheTableDoesNotGiveIt(Role role) {
        ApiClient client = organizations.join(api.organization(), role.code(), role.code());
        Caller caller = new Caller(
                new OrganizationId(api.organization()), "a subject", "a name", Set.of(role), Credential.TOKEN);
        for (ServedOperation operation : ServedOperation.all()) {
            Response answer = operation.send(client, ABSENT);
            if (caller.may(operation.permission())) {
                assertThat(answer.statusCode())
                        .as(operation + ": " + answer.asString())
                        .isNotIn(401, 403)
                        .isLessThan(500);
            } else {
                JsonNode body = json(answer, 403);
                assertThat(body.at("/error/code").textValue())
                        .as(operation.toString())
                        .isEqualTo("forbidden");
                assertThat(body.path("request_id").textValue()).isEqualTo(answer.header("X-Request-ID"));
            }
        }
    }

    @Test
    void everyOperationNeedsCredentials() {
        assertThat(ServedOperation.all())
                .isNotEmpty()
                .allSatisfy(operation -> isUnauthorized(operation.sendWithoutCredentials(ABSENT)));
        isUnauthorized(EventSocket.answer(given(), UUID.randomUUID().toString()));
    }

    private static void isUnauthorized(Response answer) {
        JsonNode body = json(answer, 401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(answer.contentType()).startsWith("application/json");
        assertThat(body.at("/error/code").textValue()).isEqualTo("unauthorized");
        assertThat(body.at("/error/message").textValue()).isNotEmpty();
        assertThat(body.path("request_id").textValue()).isEqualTo(answer.header("X-Request-ID"));
    }

    @Test
    void everyOperationAsksForExactlyOnePermission() {
        List<Method> methods = resourceMethods();
        assertThat(ServedOperation.all())
                .isNotEmpty()
                .allSatisfy(operation -> assertThat(methods)
                        .filteredOn(method -> path(method).equals(operation.path())
                                && httpMethod(method).equals(operation.method()))
                        .singleElement()
                        .satisfies(method -> assertThat(asked(method))
                                .containsExactly(operation.permission().code())));
    }

    private List<Method> resourceMethods() {
        return beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .<Class<?>>map(Bean::getBeanClass)
                .filter(type -> type.isAnnotationPresent(Path.class))
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> !httpMethod(method).isEmpty())
                .toList();
    }

    private static String httpMethod(Method method) {
        return Arrays.stream(method.getAnnotations())
                .flatMap(annotation ->
                        Stream.ofNullable(annotation.annotationType().getAnnotation(HttpMethod.class)))
                .map(verb -> verb.value().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    private static String path(Method method) {
        return Stream.of(method.getDeclaringClass(), method)
                .flatMap(element -> Stream.ofNullable(element.getAnnotation(Path.class)))
                .map(Path::value)
                .collect(Collectors.joining());
    }

    private static List<String> asked(Method method) {
        AnnotatedElement declaring =
                method.isAnnotationPresent(PermissionsAllowed.class) ? method : method.getDeclaringClass();
        return Arrays.stream(declaring.getAnnotationsByType(PermissionsAllowed.class))
                .flatMap(asked -> Arrays.stream(asked.value()))
                .toList();
    }

    @Test
    void readmeShowsTheWholeTable() throws IOException {
        assertThat(Files.readString(java.nio.file.Path.of("README.md"))).contains("\n" + markdown() + "\n");
    }

    private static String markdown() {
        Stream<String> head = Stream.of(
                line("Permission", Arrays.stream(Role.values()).map(role -> "`" + role.code() + "`")),
                line("---", Arrays.stream(Role.values()).map(role -> "---")));
        Stream<String> rows = Arrays.stream(Permission.values())
                .map(permission -> line(
                        "`" + permission.code() + "`",
                        Arrays.stream(Role.values()).map(role -> {
                            Caller caller = new Caller(
                                    new OrganizationId(new UUID(0, 0)),
                                    "subject",
                                    "name",
                                    Set.of(role),
                                    Credential.TOKEN);
                            return caller.may(permission) ? "yes" : "no";
                        })));
        return Stream.concat(head, rows).collect(Collectors.joining("\n"));
    }

    private static String line(String first, Stream<String> others) {
        return Stream.concat(Stream.of(first), others).collect(Collectors.joining(" | ", "| ", " |"));
    }
}

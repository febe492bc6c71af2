package dev.reflow.ops;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What kustomize makes of k8s, held against the service itself. Needs kubectl. */
@QuarkusTest
class KubernetesManifestsTest {
    private static final YAMLMapper YAML = new YAMLMapper();
    /** Of the images that are the service. */
    private static final String IMAGE = "reflow";

    private static String readme;

    @BeforeAll
    static void findKubectl() throws IOException, InterruptedException {
        readme = Files.readString(Path.of("README.md"));
        assumeTrue(isThere("kubectl"), "kubectl is not installed: nothing is known of the manifests");
    }

    private static boolean isThere(String command) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    }

    /** Everything in an overlay. */
    private static List<JsonNode> render(String overlay) throws IOException, InterruptedException {
        Path output = Files.createTempFile("kustomize-", ".yaml");
        Process kustomize = new ProcessBuilder("kubectl", "kustomize", "k8s/overlays/" + overlay)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(kustomize.waitFor()).isZero();
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(output.toFile())) {
            return documents.readAll();
        } finally {
            Files.delete(output);
        }
    }

    private static List<JsonNode> of(List<JsonNode> all, String kind) {
        return all.stream()
                .filter(each -> each.path("kind").textValue().equals(kind))
                .toList();
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static String name(JsonNode thing) {
        return thing.at("/metadata/name").textValue();
    }

    /** Of Deployments, Jobs, StatefulSets and Knative Services. */
    private static List<JsonNode> podSpecs(List<JsonNode> all) {
        return all.stream()
                .map(each -> each.at("/spec/template/spec"))
                .filter(JsonNode::isObject)
                .toList();
    }

    private static List<JsonNode> ownContainers(List<JsonNode> all) {
        return podSpecs(all).stream()
                .flatMap(spec -> list(spec.path("containers")).stream())
                .filter(container -> container.path("image").textValue().matches("(.*/)?" + IMAGE + "(:.*)?"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "production", "production/migration", "serverless"})
    void serviceIsContainedAndHasLittleToBreakOutWith(String overlay) throws Exception {
        List<JsonNode> all = render(overlay);
        assertThat(ownContainers(all)).isNotEmpty().allSatisfy(container -> {
            JsonNode security = container.path("securityContext");
            assertThat(security.path("readOnlyRootFilesystem").booleanValue()).isTrue();
            assertThat(security.path("allowPrivilegeEscalation").asBoolean(true))
                    .isFalse();
            assertThat(security.at("/capabilities/drop/0").textValue()).isEqualTo("ALL");
            assertThat(container.at("/resources/requests/memory").isTextual()).isTrue();
            assertThat(container.at("/resources/limits/memory").isTextual()).isTrue();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "production", "serverless"})
    void probesAskWhatTheServiceAnswers(String overlay) throws Exception {
        List<String> paths = ownContainers(render(overlay)).stream()
                .flatMap(container -> Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                        .map(probe -> container.path(probe).at("/httpGet/path")))
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .toList();
        assertThat(paths)
                .hasSizeGreaterThanOrEqualTo(3)
                .allSatisfy(path -> assertThat(get(path).statusCode()).isEqualTo(200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "production", "production/migration", "serverless"})
    void settingsAreThoseOfTheReference(String overlay) throws Exception {
        assertThat(settings(render(overlay)).keySet())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(readme).contains("`" + name + "`"));
    }

    private static Map<String, String> settings(List<JsonNode> all) {
        Map<String, String> settings = new TreeMap<>();
        Set<String> used = sources(all).stream()
                .map(source -> source.at("/configMapRef/name").asText())
                .collect(Collectors.toSet());
        of(all, "ConfigMap").stream()
                .filter(map -> used.contains(name(map)))
                .forEach(map -> map.path("data")
                        .properties()
                        .forEach(entry ->
                                settings.put(entry.getKey(), entry.getValue().textValue())));
        of(all, "Secret")
                .forEach(secret -> secret.path("data").fieldNames().forEachRemaining(key -> settings.put(key, "")));
        of(all, "ExternalSecret")
                .forEach(secret -> list(secret.at("/spec/data"))
                        .forEach(entry -> settings.put(entry.path("secretKey").textValue(), "")));
        ownContainers(all)
                .forEach(container -> list(container.path("env"))
                        .forEach(variable -> settings.put(
                                variable.path("name").textValue(),
                                variable.path("value").asText())));
        return settings;
    }

    private static List<JsonNode> sources(List<JsonNode> all) {
        return ownContainers(all).stream()
                .flatMap(container -> list(container.path("envFrom")).stream())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "production", "production/migration", "serverless"})
    void whatIsReferredToIsThere(String overlay) throws Exception {
        List<JsonNode> all = render(overlay);
        Set<String> maps =
                of(all, "ConfigMap").stream().map(KubernetesManifestsTest::name).collect(Collectors.toSet());
        Set<String> secrets = new HashSet<>();
        of(all, "Secret").forEach(secret -> secrets.add(name(secret)));
        of(all, "ExternalSecret")
                .forEach(secret -> secrets.add(secret.at("/spec/target/name").textValue()));
        assertThat(sources(all)).isNotEmpty().allSatisfy(source -> {
            JsonNode map = source.at("/configMapRef/name");
            JsonNode secret = source.at("/secretRef/name");
            assertThat(map.isTextual() ? maps.contains(map.textValue()) : secrets.contains(secret.textValue()))
                    .as(source.toString())
                    .isTrue();
        });
        Set<String> accounts = of(all, "ServiceAccount").stream()
                .map(KubernetesManifestsTest::name)
                .collect(Collectors.toSet());
        podSpecs(all).stream()
                .map(spec -> spec.path("serviceAccountName"))
                .filter(JsonNode::isTextual)
                .forEach(account -> assertThat(accounts).contains(account.textValue()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "production", "serverless"})
    void whatChoosesPodsChoosesThoseOfTheService(String overlay) throws Exception {
        List<JsonNode> all = render(overlay);
        JsonNode deployment = of(all, "Deployment").get(0);
        JsonNode labels = deployment.at("/spec/template/metadata/labels");
        assertThat(deployment.at("/spec/selector/matchLabels")).isEqualTo(labels);
        for (String kind : List.of("PodDisruptionBudget", "NetworkPolicy")) {
            JsonNode chosen = of(all, kind).get(0);
            ObjectNode spec = (ObjectNode) chosen.path("spec");
            JsonNode selector = spec.has("podSelector") ? spec.path("podSelector") : spec.path("selector");
            assertThat(selector.path("matchLabels")).as(kind).isEqualTo(labels);
        }
        of(all, "HorizontalPodAutoscaler")
                .forEach(scaler -> assertThat(
                                scaler.at("/spec/scaleTargetRef/name").textValue())
                        .isEqualTo(name(deployment)));
        of(all, "Service").stream()
                .filter(service -> name(service).equals(IMAGE))
                .forEach(service -> {
                    assertThat(service.at("/spec/selector")).isEqualTo(labels);
                    assertThat(service.at("/spec/ports/0/targetPort").textValue())
                            .isEqualTo(deployment
                                    .at("/spec/template/spec/containers/0/ports/0/name")
                                    .textValue());
                });
    }

    /** 8080 is the port of a service that is told no other. */
    @ParameterizedTest
    @ValueSource(strings = {"local", "production", "serverless"})
    void portIsTheOneThatTheServiceListensOn(String overlay) throws Exception {
        List<JsonNode> all = render(overlay);
        assertThat(settings(all)).doesNotContainKey("QUARKUS_HTTP_PORT");
        assertThat(Files.readString(Path.of("src/main/resources/application.properties")))
                .doesNotContainPattern("(?m)^quarkus\\.http\\.port");
        assertThat(ownContainers(all))
                .allSatisfy(container -> assertThat(
                                container.at("/ports/0/containerPort").intValue())
                        .isEqualTo(8080));
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "production", "serverless"})
    void podHasTheTimeThatItsShutdownMayTake(String overlay) throws Exception {
        List<JsonNode> all = render(overlay);
        Map<String, String> settings = settings(all);
        long longest = Stream.of("QUARKUS_SHUTDOWN_DELAY", "QUARKUS_SHUTDOWN_TIMEOUT", "REFLOW_ENGINE_SHUTDOWN_TIMEOUT")
                .map(name -> Duration.parse("PT" + settings.get(name)))
                .mapToLong(Duration::toSeconds)
                .sum();
        assertThat(of(all, "Deployment")
                        .get(0)
                        .at("/spec/template/spec/terminationGracePeriodSeconds")
                        .longValue())
                .isGreaterThan(longest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "serverless"})
    void podsOfProductionLeaveMigrationsToTheJob(String overlay) throws Exception {
        assertThat(settings(render(overlay))).containsEntry("QUARKUS_FLYWAY_MIGRATE_AT_START", "false");
        assertThat(settings(render("production/migration")))
                .containsEntry("QUARKUS_FLYWAY_MIGRATE_AT_START", "true")
                .containsEntry("QUARKUS_INIT_AND_EXIT", "true");
        Set<String> images = new TreeSet<>();
        ownContainers(render("production"))
                .forEach(container -> images.add(container.path("image").textValue()));
        ownContainers(render("production/migration"))
                .forEach(container -> images.add(container.path("image").textValue()));
        assertThat(images).hasSize(1);
    }
}

package dev.reflow.ops;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What kustomize makes of k8s, held against the service itself. Needs kubectl, which only has to be there when CI=true. */
@QuarkusTest
class KubernetesManifestsTest {
    private static final YAMLMapper YAML = new YAMLMapper();
    /** Of the images that are the service. */
    private static final String IMAGE = "reflow";

    private static String readme;

    @BeforeAll
    static void findKubectl() throws IOException, InterruptedException {
        readme = Files.readString(Path.of("README.md"));
        assumeTrue(
                isThere("kubectl") || "true".equals(System.getenv("CI")),
                "kubectl is not installed: nothing is known of the manifests");
    }

    private static boolean isThere(String command) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    }

    private static final Map<String, List<JsonNode>> RENDERED = new HashMap<>();

    /** Everything in an overlay. */
    private static List<JsonNode> render(String overlay) throws IOException, InterruptedException {
        if (!RENDERED.containsKey(overlay)) {
            RENDERED.put(overlay, kustomize(overlay));
        }
        return RENDERED.get(overlay);
    }

    private static List<JsonNode> kustomize(String overlay) throws IOException, InterruptedException {
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

    /** Without what ends by itself. */
    private static List<JsonNode> withoutJobs(List<JsonNode> all) {
        return all.stream()
                .filter(each -> !each.path("kind").textValue().equals("Job"))
                .toList();
    }

    /** The one thing of a kind and name. */
    private static JsonNode the(List<JsonNode> all, String kind, String name) {
        List<JsonNode> found =
                of(all, kind).stream().filter(each -> name(each).equals(name)).toList();
        assertThat(found).as(kind + " " + name).hasSize(1);
        return found.get(0);
    }

    private static JsonNode podLabels(JsonNode thing) {
        return thing.at("/spec/template/metadata/labels");
    }

    private static boolean chooses(JsonNode matchLabels, JsonNode labels) {
        return !matchLabels.isEmpty()
                && matchLabels.properties().stream()
                        .allMatch(label -> label.getValue().equals(labels.path(label.getKey())));
    }

    /** A container without tag, or with the tag latest, would be pulled again from wherever, whenever a pod starts. */
    @ParameterizedTest
    @ValueSource(strings = {"local", "production", "production/migration", "serverless"})
    void imagesHaveAVersion(String overlay) throws Exception {
        assertThat(ownContainers(render(overlay))).isNotEmpty().allSatisfy(container -> {
            assertThat(container.path("image").textValue()).matches(".*:[^:/]+").doesNotEndWith(":latest");
            assertThat(container.path("imagePullPolicy").textValue())
                    .isEqualTo(overlay.equals("local") ? "Never" : "IfNotPresent");
        });
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
        JsonNode deployment = the(all, "Deployment", IMAGE);
        JsonNode labels = podLabels(deployment);
        assertThat(Stream.of(
                        deployment.at("/spec/selector/matchLabels"),
                        the(all, "PodDisruptionBudget", IMAGE).at("/spec/selector/matchLabels"),
                        the(all, "NetworkPolicy", "reflow-ingress").at("/spec/podSelector/matchLabels"),
                        the(all, "NetworkPolicy", "reflow-egress").at("/spec/podSelector/matchLabels")))
                .allMatch(selector -> chooses(selector, labels));
        deployment
                .at("/spec/template/spec/topologySpreadConstraints")
                .forEach(constraint -> assertThat(chooses(constraint.at("/labelSelector/matchLabels"), labels))
                        .isTrue());
        of(all, "HorizontalPodAutoscaler")
                .forEach(scaler -> assertThat(
                                scaler.at("/spec/scaleTargetRef/name").textValue())
                        .isEqualTo(name(deployment)));
        of(all, "Service").stream()
                .filter(service -> name(service).equals(IMAGE))
                .forEach(service -> {
                    assertThat(chooses(service.at("/spec/selector"), labels)).isTrue();
                    assertThat(service.at("/spec/ports/0/targetPort").textValue())
                            .isEqualTo(deployment
                                    .at("/spec/template/spec/containers/0/ports/0/name")
                                    .textValue());
                });
    }

    /** Its own pods are of another name, which the Deployment must not take for its own. */
    @Test
    void podsThatAnswerRequestsAreWatchedAndContainedToo() throws Exception {
        List<JsonNode> all = render("serverless");
        JsonNode labels = podLabels(the(all, "Service", "reflow-api"));
        assertThat(chooses(the(all, "Deployment", IMAGE).at("/spec/selector/matchLabels"), labels))
                .isFalse();
        assertThat(chooses(the(all, "PodDisruptionBudget", IMAGE).at("/spec/selector/matchLabels"), labels))
                .isFalse();
        assertThat(chooses(the(all, "NetworkPolicy", "reflow-egress").at("/spec/podSelector/matchLabels"), labels))
                .isTrue();
        JsonNode monitor = the(all, "PodMonitor", "reflow-api");
        assertThat(chooses(monitor.at("/spec/selector/matchLabels"), labels)).isTrue();
        assertThat(get(monitor.at("/spec/podMetricsEndpoints/0/path").textValue())
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "serverless"})
    void metricsAreFetchedFromEveryPodOfTheDeployment(String overlay) throws Exception {
        List<JsonNode> all = render(overlay);
        JsonNode deployment = the(all, "Deployment", IMAGE);
        JsonNode monitor = the(all, "PodMonitor", IMAGE);
        assertThat(chooses(monitor.at("/spec/selector/matchLabels"), podLabels(deployment)))
                .isTrue();
        JsonNode endpoint = monitor.at("/spec/podMetricsEndpoints/0");
        assertThat(get(endpoint.path("path").textValue()).statusCode()).isEqualTo(200);
        assertThat(endpoint.path("port")).isEqualTo(deployment.at("/spec/template/spec/containers/0/ports/0/name"));
    }

    private static boolean letsOut(JsonNode policy, String namespaceLabel, String address, int port) throws Exception {
        for (JsonNode rule : policy.at("/spec/egress")) {
            boolean portFits = list(rule.path("ports")).stream()
                    .anyMatch(each -> each.path("protocol").asText("TCP").equals("TCP")
                            && each.path("port").asInt(port) == port);
            boolean peerFits = !rule.has("to");
            for (JsonNode peer : rule.path("to")) {
                peerFits |= peer.at("/namespaceSelector/matchLabels").has(namespaceLabel)
                        || peer.has("ipBlock") && contains(peer.path("ipBlock"), address);
            }
            if (portFits && peerFits) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(JsonNode block, String address) throws Exception {
        for (JsonNode but : block.path("except")) {
            if (contains(but.textValue(), address)) {
                return false;
            }
        }
        return contains(block.path("cidr").textValue(), address);
    }

    private static boolean contains(String cidr, String address) throws Exception {
        String[] parts = cidr.split("/");
        byte[] network = InetAddress.getByName(parts[0]).getAddress();
        byte[] one = InetAddress.getByName(address).getAddress();
        int bits = network.length * 8 - Integer.parseInt(parts[1]);
        return network.length == one.length
                && new BigInteger(1, network).shiftRight(bits).equals(new BigInteger(1, one).shiftRight(bits));
    }

    /** As if pods of the cluster had addresses in 10.0.0.0/8; a namespace counts by its label. */
    @ParameterizedTest
    @CsvSource({
        "'', 10.0.0.9, 53, true",
        "'', 10.0.0.9, 5432, true",
        "'', 93.184.215.14, 443, true",
        "'', 93.184.215.14, 8443, true",
        "'', 2606:2800:21f:cb07::1, 8080, true",
        "'', 10.0.0.9, 443, false",
        "'', 10.0.0.9, 8080, false",
        "'', 172.20.0.1, 443, false",
        "'', 192.168.1.1, 80, false",
        "'', 169.254.169.254, 80, false",
        "'', fd00:ec2::254, 80, false",
        "'', fe80::1, 80, false",
        "'', ::1, 80, false",
        "reflow/identity-provider, 10.0.0.9, 8080, true",
        "reflow/identity-provider, 10.0.0.9, 8443, true",
        "reflow/identity-provider, 10.0.0.9, 4317, false",
        "reflow/collector, 10.0.0.9, 4317, true",
        "reflow/collector, 10.0.0.9, 4318, true",
        "reflow/collector, 10.0.0.9, 8080, false"
    })
    void podsReachWhatTheyNeedAndNothingElseOfTheCluster(String label, String address, int port, boolean reached)
            throws Exception {
        JsonNode policy = the(render("production"), "NetworkPolicy", "reflow-egress");
        assertThat(letsOut(policy, label, address, port)).isEqualTo(reached);
    }

    /** 8080 is the port of a service that is told no other. */
    @ParameterizedTest
    @ValueSource(strings = {"local", "production", "serverless"})
    void portIsTheOneThatTheServiceListensOn(String overlay) throws Exception {
        List<JsonNode> all = render(overlay);
        assertThat(settings(all)).doesNotContainKey("QUARKUS_HTTP_PORT");
        assertThat(Files.readString(Path.of("src/main/resources/application.properties")))
                .doesNotContainPattern("(?m)^quarkus\\.http\\.port");
        assertThat(ownContainers(withoutJobs(all)))
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
        assertThat(the(all, "Deployment", IMAGE)
                        .at("/spec/template/spec/terminationGracePeriodSeconds")
                        .longValue())
                .isGreaterThan(longest);
    }

    /** A stream would be ended in the middle, and a client be told so by nobody. */
    @Test
    void knativeGivesStreamsTheTimeThatTheyLast() throws Exception {
        List<JsonNode> all = render("serverless");
        JsonNode api = the(all, "Service", "reflow-api");
        Duration given =
                Duration.ofSeconds(api.at("/spec/template/spec/timeoutSeconds").longValue());
        String lasts = list(api.at("/spec/template/spec/containers/0/env")).stream()
                .filter(variable -> variable.path("name").textValue().equals("REFLOW_LIVE_MAX_DURATION"))
                .map(variable -> variable.path("value").textValue())
                .findFirst()
                .orElseThrow();
        assertThat(given)
                .isGreaterThan(DurationConverter.parseDuration(lasts))
                .isLessThanOrEqualTo(Duration.ofMinutes(10)); // what Knative allows unless it is told otherwise
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "serverless"})
    void podsOfProductionLeaveMigrationsToTheJob(String overlay) throws Exception {
        List<JsonNode> all = render(overlay);
        assertThat(settings(withoutJobs(all))).containsEntry("QUARKUS_FLYWAY_MIGRATE_AT_START", "false");
        assertThat(settings(render("production/migration")))
                .containsEntry("QUARKUS_FLYWAY_MIGRATE_AT_START", "true")
                .containsEntry("QUARKUS_INIT_AND_EXIT", "true");
        assertThat(the(all, "Job", "reflow-migration"))
                .isEqualTo(the(render("production/migration"), "Job", "reflow-migration"));
        assertThat(the(all, "Job", "reflow-migration").at("/spec/template/spec/containers/0/image"))
                .isEqualTo(the(all, "Deployment", IMAGE).at("/spec/template/spec/containers/0/image"));
    }

    /** For Argo CD, which waits for each wave: a Job whose settings come later would never begin. */
    @Test
    void migrationComesAfterItsSettingsAndBeforeAllElse() throws Exception {
        List<JsonNode> all = render("production");
        JsonNode job = the(all, "Job", "reflow-migration");
        assertThat(job.at("/metadata/annotations/argocd.argoproj.io~1hook").textValue())
                .isEqualTo("Sync");
        assertThat(job.at("/spec/activeDeadlineSeconds").intValue()).isPositive();
        Set<String> needed = sources(List.of(job)).stream()
                .map(source -> source.findValue("name").textValue())
                .collect(Collectors.toSet());
        assertThat(needed).hasSize(2);
        for (JsonNode each : all) {
            if (needed.contains(name(each))) {
                assertThat(wave(each)).as(name(each)).isLessThan(wave(job));
            } else if (!each.equals(job)) {
                assertThat(wave(each)).as(name(each)).isGreaterThan(wave(job));
            }
        }
    }

    private static int wave(JsonNode thing) {
        return thing.at("/metadata/annotations/argocd.argoproj.io~1sync-wave").asInt(0);
    }

    @Test
    void alertsAreThoseThatOperationsExplains() throws Exception {
        Set<String> alerts = new TreeSet<>();
        the(render("production"), "PrometheusRule", IMAGE)
                .findValues("alert")
                .forEach(alert -> alerts.add(alert.textValue()));
        Set<String> explained = Pattern.compile("(?m)^\\| `(Reflow\\w+)` \\|")
                .matcher(Files.readString(Path.of("src/site/markdown/operations.md")))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(alerts).hasSizeGreaterThan(3).isEqualTo(explained);
    }
}

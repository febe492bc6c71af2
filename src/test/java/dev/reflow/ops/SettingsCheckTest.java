package dev.reflow.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsCheckTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| `((?:reflow|quarkus)\\.[a-z.-]+)` \\| `[A-Z_]+` \\| (\\S.*?) \\|", Pattern.MULTILINE);
    /** What can be anything, or is looked at where it is used. */
    private static final Set<String> TEXTS = Set.of(
            "reflow.data.dir",
            "reflow.bootstrap.api-key",
            "reflow.security.claims.subject",
            "reflow.security.claims.organization",
            "reflow.security.claims.roles");

    private static List<String> faults(Map<String, String> settings) {
        return SettingsCheck.faults(name -> Optional.ofNullable(settings.get(name)));
    }

    /** By name, as README has them. */
    private static Map<String, String> defaults() throws Exception {
        return ROW.matcher(Files.readString(Path.of("README.md")))
                .results()
                .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2)));
    }

    @Test
    void everySettingOfTheReferenceIsLookedAt() throws Exception {
        assertThat(SettingsCheck.names())
                .containsAll(defaults().keySet().stream()
                        .filter(name -> name.startsWith("reflow.") && !TEXTS.contains(name))
                        .toList());
    }

    @Test
    void everySettingIsFoundToBeWrong() {
        assertThat(SettingsCheck.names())
                .allSatisfy(name -> assertThat(faults(Map.of(name, "-1s")))
                        .singleElement()
                        .satisfies(fault -> assertThat(fault)
                                .startsWith(name.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT) + " (" + name + ")")
                                .contains("\"-1s\"")));
    }

    @Test
    void defaultsAreInOrderAndTrue() throws Exception {
        assertThat(faults(Map.of())).isEmpty();
        Map<String, String> defaults = defaults();
        SettingsCheck.DEFAULTS.forEach(
                (name, value) -> assertThat(defaults).as(name).containsEntry(name, "`" + value + "`"));
        Properties own = new Properties();
        try (var file = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            own.load(file);
        }
        assertThat(own)
                .containsEntry("quarkus.http.idle-timeout", SettingsCheck.DEFAULTS.get("quarkus.http.idle-timeout"));
    }

    @ParameterizedTest
    @CsvSource({
        "reflow.engine.enabled, ture",
        "reflow.engine.max-running-tasks, 0",
        "reflow.engine.max-running-tasks, many",
        "reflow.engine.max-output-bytes, 4M",
        "reflow.engine.max-output-bytes, 4294967296",
        "reflow.engine.poll-interval, 0s",
        "reflow.engine.poll-interval, soon",
        "reflow.engine.shutdown-timeout, -1s",
        "reflow.retention.superseded, a week",
        "reflow.limits.rate.per-second, 0.5"
    })
    void badValueIsToldWithBothNames(String name, String value) {
        assertThat(faults(Map.of(name, value)))
                .singleElement()
                .asString()
                .contains(name, "\"" + value + "\"", "has to be");
    }

    @ParameterizedTest
    @CsvSource({
        "reflow.engine.dead-after, 9s, REFLOW_ENGINE_HEARTBEAT_INTERVAL",
        "reflow.engine.heartbeat-interval, 11s, REFLOW_ENGINE_DEAD_AFTER",
        "reflow.live.heartbeat, 75s, QUARKUS_HTTP_IDLE_TIMEOUT",
        "reflow.limits.request-timeout, 2m, QUARKUS_HTTP_IDLE_TIMEOUT",
        "quarkus.http.idle-timeout, 25s, REFLOW_LIMITS_REQUEST_TIMEOUT",
        "reflow.live.max-duration, 20s, REFLOW_LIVE_HEARTBEAT"
    })
    void settingThatDoesNotFitAnotherIsToldWithIt(String name, String value, String other) {
        assertThat(faults(Map.of(name, value))).singleElement().asString().contains(name, value, other);
    }

    @Test
    void allFaultsAreToldAtOnce() {
        assertThat(faults(Map.of("reflow.ttl.batch", "0", "reflow.live.buffer", "-5")))
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10s", "500ms", "PT1M", "1d", "15", " 15s "})
    void durationsAreWrittenAsReadmeSays(String value) {
        assertThat(faults(Map.of("reflow.retention.events", value))).isEmpty();
    }
}

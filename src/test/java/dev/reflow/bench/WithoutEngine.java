package dev.reflow.bench;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Makes the process one that only answers requests. */
public class WithoutEngine implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "reflow.engine.enabled",
                "false",
                "quarkus.flyway.migrate-at-start",
                "true",
                "quarkus.log.level",
                "WARN");
    }
}

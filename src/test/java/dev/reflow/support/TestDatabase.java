package dev.reflow.support;

import dev.reflow.ops.EmbeddedDatabase;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Path;
import java.util.Map;

/** The database of all tests that start the service: a real one, kept between runs. */
public final class TestDatabase implements QuarkusTestResourceLifecycleManager {
    private EmbeddedDatabase database;

    @Override
    public Map<String, String> start() {
        database = EmbeddedDatabase.start(Path.of("target", "test-database"));
        String url = "postgresql://127.0.0.1:" + database.port() + "/" + database.database();
        return Map.of(
                "quarkus.datasource.reactive.url",
                url,
                "quarkus.datasource.jdbc.url",
                "jdbc:" + url,
                "quarkus.datasource.username",
                database.user(),
                "quarkus.datasource.password",
                database.password(),
                "reflow.task.http.allow-private-networks",
                "true");
    }

    @Override
    public void stop() {
        if (database != null) {
            database.close();
        }
    }
}

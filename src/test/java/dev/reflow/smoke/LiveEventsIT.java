package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.ops.EmbeddedDatabase;
import dev.reflow.support.EventSocket;
import dev.reflow.support.EventStream;
import dev.reflow.support.FlowBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two services on one database: one runs the executions, at the other somebody listens. */
class LiveEventsIT {
    private static final String KEY = "saf_live-events";
    private static final List<String> COURSE = List.of("running", "order#0 completed", "copy#0 completed", "completed");

    @TempDir
    Path temp;

    private Path unused;
    private EmbeddedDatabase database;
    private DatabaseProxy proxy;

    @BeforeEach
    void startDatabase() throws Exception {
        unused = temp.toRealPath().resolve("unused");
        database = EmbeddedDatabase.start(temp.toRealPath().resolve("database"));
        proxy = new DatabaseProxy(database.port());
    }

    @AfterEach
    void stopDatabase() throws Exception {
        proxy.close();
        database.close();
    }

    private Map<String, String> environment(int port, boolean engine) {
        Map<String, String> environment = new HashMap<>();
        environment.put(
                "QUARKUS_DATASOURCE_REACTIVE_URL", "postgresql://127.0.0.1:" + port + "/" + database.database());
        environment.put("QUARKUS_DATASOURCE_USERNAME", database.user());
        environment.put("QUARKUS_DATASOURCE_PASSWORD", database.password());
        environment.put("REFLOW_BOOTSTRAP_API_KEY", KEY);
        environment.put("REFLOW_ENGINE_ENABLED", Boolean.toString(engine));
        return environment;
    }

    @Test
    void listenersHearOfOtherProcessesThroughOutagesUntilTheEnd() throws Exception {
        try (ReflowProcess working = ReflowProcess.start(unused, environment(database.port(), true));
                ReflowProcess telling = ReflowProcess.start(unused, environment(proxy.port(), false))) {
            ReflowClient here = working.client(KEY);
            String flow = here.createFlow(FlowBuilder.flow()
                    .task("order", "webhook_receive", "{}")
                    .task("copy", "format_data", "{'expression':'$','data':'{{order.output}}'}"));
            URI there = URI.create(telling.url());
            try (EventSocket socket = EventSocket.open(there, KEY, flow)) {
                String first = here.execute(flow, FlowBuilder.json("{}"));
                try (EventStream stream = EventStream.open(there, KEY, first, 0)) {
                    stream.awaitStatus(1, "completed");
                    assertThat(stream.changes()).isEqualTo(COURSE);

                    proxy.cutConnections();
                    here.post("/api/flow-executions/" + first + "/execute", FlowBuilder.json("{}"))
                            .expect(204);
                    String second = here.execute(flow, FlowBuilder.json("{}"));
                    here.awaitCompletion(first, Duration.ofSeconds(30));
                    proxy.cutConnections();
                    here.awaitCompletion(second, Duration.ofSeconds(30));
                    stream.awaitStatus(2, "completed");
                    assertThat(stream.ids()).hasSize(8).isSorted().doesNotHaveDuplicates();
                    socket.await(messages -> messages.size() == 1 + 12);
                    assertThat(changes(socket, second)).isEqualTo(COURSE);

                    telling.terminate();
                    stream.awaitEnd();
                    assertThat(socket.awaitClose()).isEqualTo(1001);
                    assertThat(telling.output()).contains("stopped in").doesNotContain("Timed out");
                }
            }
        }
    }

    @Test
    void revokedKeyOpensNothingAtOtherProcessesEither() throws Exception {
        Map<String, String> impatient = environment(database.port(), false);
        impatient.put("REFLOW_LIVE_HEARTBEAT", "500ms");
        try (ReflowProcess working = ReflowProcess.start(unused, environment(database.port(), true));
                ReflowProcess telling = ReflowProcess.start(unused, impatient)) {
            ReflowClient admin = working.client(KEY);
            String flow = admin.createFlow(FlowBuilder.flow().task("order", "webhook_receive", "{}"));
            String execution = admin.execute(flow, FlowBuilder.json("{}"));
            String keys = "/api/service-accounts/"
                    + created(admin, "/api/service-accounts").path("id").textValue() + "/api-keys";
            JsonNode key = created(admin, keys);
            ReflowClient there = telling.client(key.path("token").textValue());
            there.get("/api/flows").expect(200);
            URI service = URI.create(telling.url());
            try (EventStream stream = EventStream.open(service, there.apiKey(), execution, 0);
                    EventSocket socket = EventSocket.open(service, there.apiKey(), flow)) {
                admin.delete(keys + "/" + key.path("id").textValue()).expect(204);
                there.get("/api/flows").expect(401);
                stream.awaitEnd();
                assertThat(socket.awaitClose()).isEqualTo(1008);
            }
        }
    }

    private static JsonNode created(ReflowClient admin, String path) throws Exception {
        return admin.post(path, FlowBuilder.json("{'name': 'import'}"))
                .expect(201)
                .json();
    }

    private static List<String> changes(EventSocket socket, String execution) {
        return socket.events().stream()
                .filter(event -> event.path("flow_execution_id").textValue().equals(execution))
                .map(EventStream::change)
                .toList();
    }
}

package dev.reflow.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.EventSocket;
import dev.reflow.support.EventStream;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FlowEventsSocketTest {
    private static final int EXECUTIONS = 15;

    @Inject
    Organizations organizations;

    @TestHTTPResource
    URI service;

    private ApiClient api;
    private String flow;

    @BeforeEach
    void createFlow() {
        api = organizations.create();
        flow = createFlow(api);
    }

    private static String createFlow(ApiClient api) {
        return api.createFlow(FlowBuilder.flow()
                .task("in", "webhook_receive", "{}")
                .task("copy", "format_data", "{'expression':'$','data':'{{in.output}}'}"));
    }

    private static List<String> changes(EventSocket socket, String execution) {
        return socket.events().stream()
                .filter(event -> event.path("flow_execution_id").textValue().equals(execution))
                .map(EventStream::change)
                .toList();
    }

    private static boolean hasEnded(List<JsonNode> messages, String execution) {
        return messages.stream()
                .anyMatch(message -> message.path("flow_execution_id").asText().equals(execution)
                        && EventStream.change(message).equals("completed"));
    }

    @Test
    void allExecutionsOfTheFlowAreTold() throws Exception {
        try (EventSocket socket = EventSocket.open(service, api.key(), flow)) {
            assertThat(socket.messages().get(0)).isEqualTo(FlowBuilder.json("{'type':'listening'}"));
            String elsewhere = api.start(createFlow(api), "{}");
            String first = api.start(flow, "{}");
            String second = api.start(flow, "{}");
            socket.await(messages -> hasEnded(messages, first) && hasEnded(messages, second));
            assertThat(changes(socket, first))
                    .containsExactly("running", "in#0 completed", "copy#0 completed", "completed");
            assertThat(changes(socket, second)).isEqualTo(changes(socket, first));
            assertThat(changes(socket, elsewhere)).isEmpty();
        }
    }

    @Test
    void flowMayBeSpelledInEveryWay() throws Exception {
        for (String spelled : List.of(flow.toUpperCase(Locale.ROOT), flow.replace("-", ""), "urn:uuid:" + flow)) {
            try (EventSocket socket = EventSocket.open(service, api.key(), spelled)) {
                String execution = api.start(flow, "{}");
                socket.await(messages -> hasEnded(messages, execution));
            }
        }
    }

    /** Transactions that commit in another order than they drew their numbers are where events get lost. */
    @Test
    void nothingIsLostBetweenExecutionsThatRunAtTheSameTime() throws Exception {
        try (EventSocket socket = EventSocket.open(service, api.key(), flow)) {
            List<String> executions = IntStream.range(0, EXECUTIONS)
                    .parallel()
                    .mapToObj(i -> api.start(flow, "{}"))
                    .toList();
            executions.parallelStream().forEach(execution -> api.execute(execution, false));
            executions.forEach(execution -> api.awaitStatus(execution, "completed"));
            long logged = organizations.count(
                    "select count(*) from execution_event where flow_id = $1", Tuple.of(UUID.fromString(flow)));
            socket.await(messages -> messages.size() > logged);
            Map<String, List<Long>> told = socket.events().stream()
                    .collect(Collectors.groupingBy(
                            event -> event.path("flow_execution_id").textValue(),
                            HashMap::new,
                            Collectors.mapping(event -> event.path("id").longValue(), Collectors.toList())));
            assertThat(told.keySet()).containsExactlyInAnyOrderElementsOf(executions);
            assertThat(told.values())
                    .allSatisfy(ids -> assertThat(ids).isSorted().doesNotHaveDuplicates());
            assertThat(socket.events()).hasSize((int) logged);
        }
    }

    @Test
    void lateCommitIsToldAfterHigherNumbers() throws Exception {
        String execution = api.start(flow, "{}");
        api.awaitStatus(execution, "completed");
        try (EventSocket socket = EventSocket.open(service, api.key(), flow)) {
            String other = organizations.lateEvent(api, flow, () -> {
                String begun = api.start(flow, "{}");
                socket.await(messages -> hasEnded(messages, begun));
            });
            socket.await(messages -> messages.stream()
                    .anyMatch(message ->
                            message.path("flow_execution_id").asText().equals(other)));
            assertThat(socket.events()
                            .get(socket.events().size() - 1)
                            .path("id")
                            .longValue())
                    .isLessThan(socket.events().get(0).path("id").longValue());
        }
    }

    @Test
    void whatAClientSendsIsIgnored() throws Exception {
        try (EventSocket socket = EventSocket.open(service, api.key(), flow)) {
            socket.socket().sendText("{\"subscribe\":\"everything\"}", true).get();
            String execution = api.start(flow, "{}");
            socket.await(messages -> hasEnded(messages, execution));
        }
    }

    @Test
    void credentialsMayComeAsSubprotocol() throws Exception {
        String carried = URLEncoder.encode("quarkus-http-upgrade#X-API-Key#" + api.key(), StandardCharsets.UTF_8);
        try (EventSocket socket =
                EventSocket.connect(EventSocket.builder().subprotocols("reflow", carried), service, flow, true)) {
            socket.await(messages -> messages.size() == 1);
            assertThat(socket.socket().getSubprotocol()).isEqualTo("reflow");
        }
    }

    @Test
    void othersAreRefused() {
        ApiClient stranger = organizations.create();
        ApiClient colleague = organizations.join(api.organization(), "colleague", "app_user");
        assertThat(refusal(stranger.key(), flow)).isEqualTo(404);
        assertThat(refusal(api.key(), UUID.randomUUID().toString())).isEqualTo(404);
        assertThat(refusal("saf_unknown", flow)).isEqualTo(401);
        assertThat(refusal(api.key(), "first")).isEqualTo(422);
        organizations.execute("update flow set visibility = 'private' where id = $1", Tuple.of(UUID.fromString(flow)));
        assertThat(refusal(colleague.key(), flow)).isEqualTo(403);
        api.delete("/api/flows/" + flow);
        assertThat(refusal(api.key(), flow)).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, Upgrade, websocket, 12",
        "GET, Upgrade, chat, 13",
        "GET, keep-alive, websocket, 13",
        "POST, Upgrade, websocket, 13",
    })
    void requestThatIsNoHandshakeIsRefused(String method, String connection, String upgrade, String version) {
        Response answer = api.request()
                .header("Connection", connection)
                .header("Upgrade", upgrade)
                .header("Sec-WebSocket-Version", version)
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .request(method, "/ws/flows/" + flow);
        assertThat(ApiClient.json(answer, 400).at("/error/code").textValue()).isEqualTo("bad_request");
    }

    private int refusal(String key, String of) {
        int[] status = new int[1];
        assertThatThrownBy(() -> EventSocket.open(service, key, of))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused -> status[0] = refused.getResponse().statusCode());
        return status[0];
    }

    @Test
    void withoutCredentialsNobodyListens() throws Exception {
        assertThatThrownBy(() -> EventSocket.connect(EventSocket.builder(), service, flow, true))
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(401));
    }
}

package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.EventSocket;
import dev.reflow.support.EventStream;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import dev.reflow.support.TestProvider;
import dev.reflow.support.TokenProvider;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where connections end: too slow, too many, too long, and for whom they are not any more. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@QuarkusTestResource(TestProvider.class)
@TestProfile(LiveLimitsTest.Tight.class)
class LiveLimitsTest {
    private static final int CONNECTIONS = 6;
    /** More than what is on its way between the service and a client that does not read. */
    private static final int ROUNDS = 12;

    private static final int EVENTS_PER_ROUND = 50;
    private static final int EVENT_BYTES = 40_000;
    private static final int BATCH = 1_000;
    private static final int TOKEN_SECONDS = 5;

    public static final class Tight implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "reflow.live.buffer", "120",
                    "reflow.live.batch", Integer.toString(BATCH),
                    "reflow.live.poll-interval", "50ms",
                    "reflow.live.heartbeat", "200ms",
                    "reflow.live.max-duration", "20s",
                    "reflow.live.max-connections", Integer.toString(CONNECTIONS));
        }
    }

    @Inject
    Organizations organizations;

    @TestHTTPResource
    URI service;

    TokenProvider provider;

    private ApiClient api;
    private String flow;
    private String execution;

    @BeforeEach
    void startExecution() {
        api = organizations.create();
        flow = api.createFlow(FlowBuilder.flow().task("in", "webhook_receive", "{}"));
        execution = api.start(flow, "{}");
        api.awaitStatus(execution, "completed");
    }

    private void invent(int events, int bytes) {
        organizations.execute(
                "insert into execution_event (organization_id, flow_id, flow_execution_id, generation, status,"
                        + " task_execution_id, task_name, task_execution_idx, processing_status)"
                        + " select $1, $2, $3, 1, 'running', $3, repeat('x', $5), 0, 'running'"
                        + " from generate_series(1, $4)",
                Tuple.of(api.organization(), UUID.fromString(flow), UUID.fromString(execution), events, bytes));
    }

    @Test
    void slowClientIsDisconnectedAndOthersAreToldEverything() throws Exception {
        try (EventSocket slow = EventSocket.openUnread(service, api.key(), flow);
                Socket slowStream = openUnread();
                EventSocket quick = EventSocket.open(service, api.key(), flow);
                EventStream quickStream = EventStream.open(service, api.key(), execution, 0)) {
            quickStream.awaitStatus(1, "completed");
            for (int round = 1; round <= ROUNDS; round++) {
                int expected = round * EVENTS_PER_ROUND;
                invent(EVENTS_PER_ROUND, EVENT_BYTES);
                quick.await(messages -> messages.size() == 1 + expected);
                quickStream.await(events -> events.size() == 3 + expected);
            }
            assertThat(quick.isOpen()).isTrue();
            assertThat(quickStream.isOpen()).isTrue();
            assertThat(quickStream.ids()).isSorted().doesNotHaveDuplicates();

            String received = everything(slowStream);
            assertThat(received).contains("id:" + quickStream.ids().get(0) + "\n");
            assertThat(received).doesNotContain("id:" + quickStream.ids().get(2 + ROUNDS * EVENTS_PER_ROUND) + "\n");
            assertThat(received).doesNotEndWith("\r\n0\r\n\r\n"); // cut, not ended
            slow.startReading();
            assertThat(slow.awaitClose()).isEqualTo(1013);
            assertThat(slow.messages().size()).isLessThan(1 + ROUNDS * EVENTS_PER_ROUND);
        }
    }

    /** Sends the request for the events of the execution, and reads nothing. */
    private Socket openUnread() throws Exception {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16_384);
        socket.connect(new InetSocketAddress(InetAddress.getByName(service.getHost()), service.getPort()));
        socket.getOutputStream()
                .write(("GET /api/flow-executions/" + execution + "/events HTTP/1.1\r\nHost: localhost\r\nX-API-Key: "
                                + api.key() + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String everything(Socket socket) throws Exception {
        StringBuilder received = new StringBuilder();
        byte[] buffer = new byte[65_536];
        InputStream in = socket.getInputStream();
        try {
            for (int size = in.read(buffer); size >= 0; size = in.read(buffer)) {
                received.append(new String(buffer, 0, size, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketException e) {
            // cut while there was more
        }
        return received.toString();
    }

    @Test
    void tooManyEventsAtOnceDisconnectEverybodyAndAreReadLater() throws Exception {
        List<Long> seen;
        try (EventSocket socket = EventSocket.open(service, api.key(), flow);
                EventStream stream = EventStream.open(service, api.key(), execution, 0)) {
            stream.awaitStatus(1, "completed");
            // What was there at first is all read; from the next event on it is told.
            invent(1, 1);
            stream.await(events -> events.size() == 4);
            invent(BATCH, 1);
            stream.awaitEnd();
            assertThat(socket.awaitClose()).isEqualTo(1013);
            seen = stream.ids();
        }
        try (EventStream resumed = EventStream.open(service, api.key(), execution, seen.get(seen.size() - 1))) {
            resumed.await(events -> events.size() >= 4 + BATCH - seen.size());
            assertThat(resumed.ids())
                    .isSorted()
                    .doesNotContainAnyElementsOf(seen)
                    .hasSize(4 + BATCH - seen.size());
        }
    }

    @Test
    void surplusConnectionsAreRefusedUntilOthersClose() throws Exception {
        List<InputStream> open = new ArrayList<>();
        // Those of other tests may still be about to close.
        Awaitility.await().until(() -> {
            HttpResponse<InputStream> answer = EventStream.send(service, api.key(), execution, null);
            open.add(answer.body());
            return answer.statusCode() == 503 && open.size() > CONNECTIONS;
        });
        assertThatThrownBy(() -> EventSocket.open(service, api.key(), flow))
                .cause()
                .isInstanceOfSatisfying(WebSocketHandshakeException.class, refused -> {
                    assertThat(refused.getResponse().statusCode()).isEqualTo(503);
                    assertThat(refused.getResponse().headers().firstValue("Retry-After"))
                            .isPresent();
                });
        for (InputStream stream : open) {
            stream.close();
        }
        Awaitility.await().ignoreExceptions().until(() -> {
            try (EventSocket room = EventSocket.open(service, api.key(), flow)) {
                return room.isOpen();
            }
        });
    }

    @Test
    void connectionsAreKeptAliveAndEndAfterTheirTime() throws Exception {
        try (EventStream stream = EventStream.open(service, api.key(), execution, 0);
                EventSocket socket = EventSocket.open(service, api.key(), flow)) {
            stream.awaitLine(":");
            Awaitility.await().until(() -> socket.pings() > 0);
            stream.awaitEnd();
            assertThat(socket.awaitClose()).isEqualTo(1001);
        }
    }

    @Test
    void revokedKeyEndsWhatItHasBegun() throws Exception {
        ApiClient colleague = colleague();
        String account = "/api/service-accounts/" + accountOf(colleague);
        String key =
                json(api.get(account + "/api-keys"), 200).path(0).path("id").textValue();
        assertEnds(colleague, 401, () -> api.delete(account + "/api-keys/" + key));
    }

    private ApiClient colleague() {
        return organizations.join(api.organization(), "colleague", "app_user");
    }

    private UUID accountOf(ApiClient client) {
        return organizations.idOf(
                "select id from service_account where organization_id = $1 and name = 'colleague'",
                Tuple.of(client.organization()));
    }

    @Test
    void inactiveAccountEndsWhatItHasBegun() throws Exception {
        ApiClient colleague = colleague();
        assertEnds(
                colleague,
                401,
                () -> organizations.execute(
                        "update service_account set status = 'inactive' where id = $1",
                        Tuple.of(accountOf(colleague))));
    }

    @Test
    void flowThatBecomesPrivateIsToldToItsCreatorAlone() throws Exception {
        assertEnds(colleague(), 403, () -> api.patch("/api/flows/" + flow, "{'visibility': 'private'}"));
    }

    /** The streams that were opened before, and would end before by themselves, go on. */
    private void assertEnds(ApiClient colleague, int status, Runnable withdrawal) throws Exception {
        try (EventStream ours = EventStream.open(service, api.key(), execution, 0);
                EventSocket oursOfFlow = EventSocket.open(service, api.key(), flow);
                EventStream stream = EventStream.open(service, colleague.key(), execution, 0);
                EventSocket socket = EventSocket.open(service, colleague.key(), flow)) {
            Awaitility.await().until(() -> socket.pings() > 1);
            assertThat(stream.isOpen() && socket.isOpen()).isTrue();
            withdrawal.run();
            stream.awaitEnd();
            assertThat(socket.awaitClose()).isEqualTo(1008);
            assertThat(ours.isOpen() && oursOfFlow.isOpen()).isTrue();
            assertThat(EventStream.send(service, colleague.key(), execution, null)
                            .statusCode())
                    .isEqualTo(status);
        }
    }

    @Test
    void deletedFlowIsNotToldAnyMoreButItsExecutionsAre() throws Exception {
        try (EventStream stream = EventStream.open(service, api.key(), execution, 0);
                EventSocket socket = EventSocket.open(service, api.key(), flow)) {
            api.delete("/api/flows/" + flow);
            assertThat(socket.awaitClose()).isEqualTo(1008);
            api.execute(execution, false);
            stream.awaitStatus(2, "completed");
        }
    }

    @Test
    void expiredTokenEndsWhatItHasBegun() throws Exception {
        ObjectNode claims = provider.claims()
                .put("organization_id", api.organization().toString())
                .put("roles", "app_user")
                .put("exp", Instant.now().getEpochSecond() + TOKEN_SECONDS);
        String token = provider.sign(claims);
        try (EventStream ours = EventStream.open(service, api.key(), execution, 0);
                EventStream stream = EventStream.openWithToken(service, token, execution);
                EventSocket socket = EventSocket.connect(
                        EventSocket.builder().header("Authorization", "Bearer " + token), service, flow, true)) {
            stream.awaitEnd();
            assertThat(Instant.now().getEpochSecond())
                    .isGreaterThanOrEqualTo(claims.path("exp").longValue());
            assertThat(socket.awaitClose()).isEqualTo(1008);
            assertThat(ours.isOpen()).isTrue();
        }
    }
}

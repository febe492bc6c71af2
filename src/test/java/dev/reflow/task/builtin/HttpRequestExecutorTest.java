package dev.reflow.task.builtin;

import static dev.reflow.task.builtin.Executors.config;
import static dev.reflow.task.builtin.Executors.failure;
import static dev.reflow.task.builtin.Executors.input;
import static dev.reflow.task.builtin.Executors.json;
import static dev.reflow.task.builtin.Executors.output;
import static dev.reflow.task.builtin.Executors.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.Fault;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.JksOptions;
import io.vertx.core.net.NetServer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRequestExecutorTest {
    private static final Map<String, String> PRIVATE_ALLOWED = Map.of("http.allow-private-networks", "true");
    private static final List<String> SEEN = new CopyOnWriteArrayList<>();
    private static final CompletableFuture<Void> HANGING = new CompletableFuture<>();
    private static final CompletableFuture<Void> HUNG_UP = new CompletableFuture<>();
    private static Vertx vertx;
    private static HttpServer server;
    private static HttpServer otherServer;
    private static HttpRequestExecutor http;
    private static HttpRequestExecutor strict;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        server = listen();
        otherServer = listen();
        http = new HttpRequestExecutor(vertx, config(PRIVATE_ALLOWED));
        strict = new HttpRequestExecutor(vertx, config(Map.of()));
    }

    @AfterAll
    static void stop() {
        await(vertx.close());
    }

    @BeforeEach
    void forget() {
        SEEN.clear();
    }

    @Test
    void outputIsStatusHeadersAndBody() {
        JsonNode output = get("/json");

        assertThat(output.path("status").intValue()).isEqualTo(200);
        assertThat(output.path("headers").path("content-type").textValue()).isEqualTo("application/json");
        assertThat(output.path("headers").path("x-many").textValue()).isEqualTo("one, two");
        assertThat(output.path("body")).hasToString("{\"a\":[1,2.5,null],\"big\":12345678901234567890}");
    }

    @ParameterizedTest
    @CsvSource({
        "application/problem+json;charset=utf-8, 'ü', ",
        "text/plain, hello ü, ",
        "text/html; charset=iso-8859-1, hello ü, iso-8859-1",
        "application/xml, <a/>, ",
        "application/json, not json, ",
        ", no type ü, "
    })
    void bodyThatCanBeReadIsText(String type, String body, String charset) {
        String sent = type != null && type.contains("problem") ? "\"" + body + "\"" : body;
        byte[] bytes = sent.getBytes(charset == null ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);

        assertThat(echoed(type, bytes)).isEqualTo(JsonNodeFactory.instance.textNode(body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1234567890123456789012345678901234567890", "1E+400", "1.10"})
    void numbersKeepAllTheirDigits(String number) {
        assertThat(echoed("application/json", number.getBytes(StandardCharsets.UTF_8)))
                .hasToString(number);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\": [10e2147483647]} | response.body.a[0]: Number should have an exponent from -1000 to 1000",
                "1e99999999999 | Too many nonzero exponent digits",
                "[\"\\ud800\"] | response.body[0]: String should have no NUL characters",
                "{\"a\\u0000\": 1} | response.body: Name should have no NUL characters"
            })
    void jsonThatCannotBeKeptFailsTheTask(String body, String reason) {
        assertThat(failure(echo("application/json", body.getBytes(StandardCharsets.UTF_8))))
                .contains("GET http://", " answered with what cannot be kept: ", reason);
    }

    @Test
    void jsonThatIsNestedTooDeepFailsTheTask() {
        for (int levels : new int[] {500, 1001}) {
            byte[] body = ("[".repeat(levels) + "]".repeat(levels)).getBytes(StandardCharsets.UTF_8);

            assertThat(failure(echo("application/json", body))).contains("nest");
        }
    }

    @Test
    void otherBodyIsBase64() {
        byte[] bytes = {(byte) 0xff, 0, 1, 'a'};
        String base64 = Base64.getEncoder().encodeToString(bytes);

        assertThat(echoed("application/octet-stream", bytes).textValue()).isEqualTo(base64);
        assertThat(echoed("image/png", "plain".getBytes(StandardCharsets.UTF_8)).textValue())
                .isEqualTo("cGxhaW4=");
        assertThat(echoed(null, bytes).textValue()).isEqualTo(base64);
        assertThat(echoed(null, new byte[] {'a', 0}).textValue()).isEqualTo("YQA=");
    }

    @Test
    void emptyBodyIsNull() {
        assertThat(get("/empty").path("body").isNull()).isTrue();
        assertThat(get("/empty").path("status").intValue()).isEqualTo(204);
        assertThat(echoed("application/json", new byte[0]).isNull()).isTrue();
        JsonNode head = output(run(http, input(parameters("/json").put("method", "HEAD"))));
        assertThat(head.path("body").isNull()).isTrue();
        assertThat(head.path("headers").has("content-type")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    void methodIsSent(String method) {
        assertThat(output(run(http, input(parameters("/inspect").put("method", method))))
                        .path("body")
                        .path("method")
                        .textValue())
                .isEqualTo(method);
    }

    @Test
    void bodyIsSentAsJsonOfKnownLength() {
        ObjectNode parameters = parameters("/inspect").put("method", "POST");
        parameters.set("body", json("{'x': [1, 'ü', null]}"));
        JsonNode seen = output(run(http, input(parameters))).path("body");

        assertThat(seen.path("body").textValue()).isEqualTo("{\"x\":[1,\"ü\",null]}");
        assertThat(seen.path("headers").path("content-type").textValue()).isEqualTo("application/json");
        assertThat(seen.path("headers").path("content-length").textValue()).isEqualTo("19");
        assertThat(seen.path("headers").has("transfer-encoding")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'plain ü' | text/plain | plain ü",
                "'plain' | application/json | \"plain\"",
                "'plain' | application/vnd.x+json; v=1 | \"plain\"",
                "'a=1&b=2' | application/x-www-form-urlencoded | a=1&b=2",
                "{'a': 1} | text/plain | {\"a\":1}",
                "false | application/json | false"
            })
    void stringOfAnotherContentTypeIsSentAsItIs(String body, String type, String sent) {
        ObjectNode parameters = parameters("/inspect").put("method", "PUT");
        parameters.set("body", json(body));
        parameters.putObject("headers").put("content-TYPE", type);
        JsonNode seen = output(run(http, input(parameters))).path("body");

        assertThat(seen.path("body").textValue()).isEqualTo(sent);
        assertThat(seen.path("headers").path("content-type").textValue()).isEqualTo(type);
    }

    @Test
    void postWithoutBodySaysSo() {
        JsonNode seen = output(run(
                        http, input(parameters("/inspect").put("method", "POST").putNull("body"))))
                .path("body");

        assertThat(seen.path("headers").path("content-length").textValue()).isEqualTo("0");
        assertThat(seen.path("headers").has("content-type")).isFalse();
    }

    @Test
    void largeBodyIsSentWhole() {
        ObjectNode parameters = parameters("/inspect").put("method", "POST").put("body", "x".repeat(3_000_000));
        parameters.putObject("headers").put("Content-Type", "text/plain");

        assertThat(output(run(http, input(parameters)))
                        .path("body")
                        .path("body")
                        .textValue())
                .hasSize(3_000_000);
    }

    @Test
    void idempotencyKeyIsSentUnlessTheTaskSetsOne() {
        assertThat(get("/inspect")
                        .path("body")
                        .path("headers")
                        .path("idempotency-key")
                        .textValue())
                .isEqualTo("key-1");
        ObjectNode parameters = parameters("/inspect");
        parameters.putObject("headers").put("idempotency-key", "mine");
        assertThat(output(run(http, input(parameters)))
                        .path("body")
                        .path("headers")
                        .path("idempotency-key")
                        .textValue())
                .isEqualTo("mine");
    }

    @Test
    void headersAreSentButNotThoseOfTheConnection() {
        ObjectNode parameters = parameters("/inspect").put("method", "POST").put("body", "x");
        parameters
                .putObject("headers")
                .put("X-Text", "a \u00fc")
                .put("X-Number", 7)
                .put("X-Flag", true)
                .put("Host", "evil.example")
                .put("Content-Length", "9999")
                .put("Transfer-Encoding", "chunked")
                .put("Connection", "close");
        JsonNode headers = output(run(http, input(parameters))).path("body").path("headers");

        assertThat(headers.path("x-text").textValue()).isEqualTo("a \u00fc");
        assertThat(headers.path("x-number").textValue()).isEqualTo("7");
        assertThat(headers.path("x-flag").textValue()).isEqualTo("true");
        assertThat(headers.path("host").textValue()).isEqualTo("127.0.0.1:" + server.actualPort());
        assertThat(headers.path("content-length").textValue()).isEqualTo("3");
        assertThat(headers.has("transfer-encoding")).isFalse();
        assertThat(headers.has("connection")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "X-A, 'a\r\nX-Injected: 1'",
        "X-A, 'a\nb'",
        "X-A, 'a\u0000b'",
        "X-A, 日本",
        "'X-A: 1\r\nX-B', b",
        "X A, b",
        "'', b"
    })
    void headerInjectionIsRefused(String name, String value) {
        ObjectNode parameters = parameters("/inspect");
        parameters.putObject("headers").put(name, value);

        assertThat(failure(run(http, input(parameters))))
                .containsIgnoringCase("header")
                .doesNotContain("\n");
        assertThat(SEEN).isEmpty();
    }

    @Test
    void unknownParametersAreIgnored() {
        assertThat(output(run(http, input(parameters("/json").put("note", 1))))
                        .path("status")
                        .intValue())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'url': 1}",
                "{'url': ''}",
                "{'url': 'http://x/', 'method': 'TRACE'}",
                "{'url': 'http://x/', 'method': 'get'}",
                "{'url': 'http://x/', 'headers': []}",
                "{'url': 'http://x/', 'headers': {'a': null}}",
                "{'url': 'http://x/', 'headers': {'a': ['b']}}"
            })
    void parametersOfWrongTypeFail(String parameters) {
        assertThat(failure(run(http, input(json(parameters))))).startsWith("invalid parameters: parameters.");
    }

    @Test
    void urlIsCheckedInTheDefinition() {
        assertThat(http.checkParameters(json("{'url': 'https://example.com'}"))).isEmpty();
        assertThat(http.checkParameters(json("{'url': 'example.com'}")))
                .containsExactly(new Fault(
                        List.of("url"),
                        "url_parsing",
                        "url must begin with http:// or https://",
                        json("'example.com'")));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 429, 500, 503})
    void statusOfErrorFailsTheTask(int status) {
        assertThat(failure(run(http, input(parameters("/status?code=" + status)))))
                .isEqualTo("GET http://127.0.0.1:" + server.actualPort() + "/status answered with status " + status
                        + ": {\"why\":\"because\"}");
    }

    @Test
    void messageHasOnlyTheStartOfTheBody() {
        assertThat(failure(run(http, input(parameters("/large-error")))))
                .contains("status 500: xxx")
                .hasSizeLessThan(1_200);
    }

    @Test
    void otherStatusIsNoFailure() {
        assertThat(get("/status?code=304").path("status").intValue()).isEqualTo(304);
        assertThat(get("/status?code=302").path("status").intValue()).isEqualTo(302);
        assertThat(get("/status?code=226").path("status").intValue()).isEqualTo(226);
    }

    @ParameterizedTest
    @CsvSource({
        "301, POST, GET",
        "302, POST, GET",
        "303, PUT, GET",
        "303, HEAD, HEAD",
        "301, GET, GET",
        "307, POST, POST",
        "308, PATCH, PATCH"
    })
    void redirectIsFollowed(int status, String method, String then) {
        ObjectNode parameters =
                parameters("/redirect?code=" + status + "&to=/inspect").put("method", method);
        if (!method.equals("GET") && !method.equals("HEAD")) {
            parameters.set("body", json("{'x': 1}"));
        }
        assertThat(output(run(http, input(parameters))).path("status").intValue())
                .isEqualTo(200);
        assertThat(SEEN.get(1))
                .isEqualTo(then + " /inspect " + (then.equals(method) && parameters.has("body") ? "{\"x\":1}" : ""));
    }

    @Test
    void bodyHeadersDoNotSurviveTheChangeToGet() {
        ObjectNode parameters = parameters("/redirect?code=303&to=/inspect")
                .put("method", "POST")
                .put("body", "x");
        JsonNode headers = output(run(http, input(parameters))).path("body").path("headers");

        assertThat(headers.has("content-type")).isFalse();
        assertThat(headers.has("content-length")).isFalse();
    }

    @Test
    void credentialsStayWithTheirOrigin() {
        ObjectNode parameters = parameters("/redirect?code=307&to=/inspect");
        parameters
                .putObject("headers")
                .put("Authorization", "Bearer x")
                .put("Cookie", "a=b")
                .put("X-Other", "kept");
        JsonNode same = output(run(http, input(parameters))).path("body").path("headers");
        assertThat(same.has("authorization") && same.has("cookie") && same.has("x-other"))
                .isTrue();

        parameters.put("url", url("/redirect?code=307&to=http://127.0.0.1:" + otherServer.actualPort() + "/inspect"));
        JsonNode other = output(run(http, input(parameters))).path("body").path("headers");
        assertThat(other.has("authorization") || other.has("cookie")).isFalse();
        assertThat(other.path("x-other").textValue()).isEqualTo("kept");
        assertThat(other.path("host").textValue()).isEqualTo("127.0.0.1:" + otherServer.actualPort());
    }

    @Test
    void fiveRedirectsAreFollowedAndNoMore() {
        assertThat(get("/countdown?n=5").path("status").intValue()).isEqualTo(200);
        assertThat(failure(run(http, input(parameters("/countdown?n=6"))))).contains("more than 5 times");
        assertThat(failure(run(http, input(parameters("/redirect?code=302&to=/redirect")))))
                .isNotEmpty();
    }

    @Test
    void redirectToAnotherSchemeIsRefused() {
        assertThat(failure(run(http, input(parameters("/redirect?code=302&to=file:///etc/passwd")))))
                .contains("redirected, but not followed", "http:// or https://");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:%d/json",
                "http://localhost:%d/json",
                "http://LOCALHOST.:%d/json",
                "http://[::1]:%d/json",
                "http://[::ffff:127.0.0.1]:%d/json",
                "http://[::ffff:7f00:1]:%d/json",
                "http://[64:ff9b::7f00:1]:%d/json",
                "http://127.1:%d/json",
                "http://2130706433:%d/json",
                "http://0x7f000001:%d/json",
                "http://0177.0.0.1:%d/json",
                "http://0.0.0.0:%d/json",
                "http://127.99.99.99:%d/json",
                "http://１２７.0.0.1:%d/json",
                "http://example.com@127.0.0.1:%d/json",
                "http://169.254.169.254/latest/meta-data?%d"
            })
    void privateAddressIsRefusedHoweverItIsWritten(String url) {
        ObjectNode parameters = parameters("").put("url", url.formatted(server.actualPort()));

        assertThat(failure(run(strict, input(parameters))))
                .containsAnyOf("not a public address", "no valid host", "user");
        assertThat(SEEN).isEmpty();
    }

    @Test
    void nameOfPrivateAddressIsRefused() {
        HttpRequestExecutor executor = resolving(Map.of(), "10.0.0.1", "fd00::1", "169.254.169.254");

        assertThat(failure(run(executor, input(parameters("").put("url", "http://internal.example/")))))
                .isEqualTo("internal.example is not a public address; requests to private networks are not allowed");
    }

    @Test
    void redirectToLoopbackIsRefused() {
        TaskConfig.Http config = config(Map.of()).http();
        String redirecting = "http://public.example:" + server.actualPort() + "/redirect?code=302&to=";
        for (String target : List.of("http://127.0.0.1:1/", "//localhost:1/", "http://rebound.example:1/", "/again")) {
            // The first hop has to reach a server, and the only one here is on loopback.
            HttpRequestExecutor executor = new HttpRequestExecutor(
                    vertx,
                    new AllowedAt(0, config),
                    host -> Future.succeededFuture(List.of(address("127.0.0.1"))),
                    new HttpClientOptions());

            assertThat(failure(run(executor, input(parameters("").put("url", redirecting + target)))))
                    .contains("not a public address");
        }
        assertThat(SEEN).hasSize(4);
    }

    @Test
    void connectionIsMadeToTheAddressThatWasChecked() {
        AtomicInteger asked = new AtomicInteger();
        HttpRequestExecutor executor = new HttpRequestExecutor(
                vertx,
                config(PRIVATE_ALLOWED).http(),
                host -> Future.succeededFuture(
                        List.of(address(asked.getAndIncrement() == 0 ? "127.0.0.1" : "192.0.2.1"))),
                new HttpClientOptions());
        JsonNode output = output(run(
                executor,
                input(parameters("").put("url", "http://rebinding.example:" + server.actualPort() + "/inspect"))));

        assertThat(asked).hasValue(1);
        assertThat(output.path("body").path("headers").path("host").textValue())
                .isEqualTo("rebinding.example:" + server.actualPort());
    }

    @Test
    void permittedAddressIsChosenAmongSeveral() {
        HttpRequestExecutor executor = new HttpRequestExecutor(
                vertx,
                new AllowedAt(1, config(Map.of()).http()),
                host -> Future.succeededFuture(List.of(address("127.0.0.9"), address("127.0.0.1"))),
                new HttpClientOptions());

        assertThat(output(run(
                                executor,
                                input(parameters("").put("url", url("/json").replace("127.0.0.1", "two.example")))))
                        .path("status")
                        .intValue())
                .isEqualTo(200);
    }

    @Test
    void nextAddressIsTriedWhenOneDoesNotAnswer() {
        HttpRequestExecutor executor = resolving(PRIVATE_ALLOWED, "127.0.0.9", "127.0.0.1");

        assertThat(output(run(
                                executor,
                                input(parameters("").put("url", url("/json").replace("127.0.0.1", "two.example")))))
                        .path("status")
                        .intValue())
                .isEqualTo(200);
    }

    @Test
    void tlsIsVerifiedAgainstTheNameAndNotTheAddress(@TempDir Path directory) throws Exception {
        Path store = directory.resolve("keys.p12");
        int made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=pinned.example",
                        "-ext",
                        "san=dns:pinned.example",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "password",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start()
                .waitFor();
        assertThat(made).isZero();
        JksOptions keys = new JksOptions().setPath(store.toString()).setPassword("password");
        HttpServer secure = await(vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setSni(true)
                        .setKeyCertOptions(keys)
                        .setHost("127.0.0.1")
                        .setPort(0))
                .requestHandler(
                        request -> request.response().end(request.connection().indicatedServerName()))
                .listen());
        HttpRequestExecutor trusting = new HttpRequestExecutor(
                vertx,
                config(PRIVATE_ALLOWED).http(),
                host -> Future.succeededFuture(List.of(address("127.0.0.1"))),
                new HttpClientOptions().setTrustOptions(keys));
        String url = "https://%s:" + secure.actualPort() + "/";

        assertThat(output(run(trusting, input(parameters("").put("url", url.formatted("pinned.example.")))))
                        .path("body")
                        .textValue())
                .isEqualTo("pinned.example");
        assertThat(failure(run(trusting, input(parameters("").put("url", url.formatted("other.example"))))))
                .contains("no connection to https://other.example:");
        assertThat(failure(run(http, input(parameters("").put("url", url.formatted("localhost"))))))
                .contains("no connection to https://localhost:");
    }

    @Test
    void hostThatCannotBeResolvedFailsTheTask() {
        assertThat(failure(run(http, input(parameters("").put("url", "http://no-such-host.invalid/")))))
                .isEqualTo("the host no-such-host.invalid cannot be resolved");
    }

    /** At a port that is given to nobody, as one that has been free could be by now, even to the client itself. */
    @Test
    void refusedConnectionFailsTheTask() {
        assertThat(failure(run(http, input(parameters("").put("url", "http://127.0.0.1:1/")))))
                .startsWith("no connection to http://127.0.0.1:1: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hang", "/stall", "/drip"})
    void responseThatTakesTooLongFailsTheTask(String path) {
        HttpRequestExecutor hasty = with("http.timeout", "PT0.2S");

        assertThat(failure(run(hasty, input(parameters(path)))))
                .isEqualTo("there was no complete response within 0.2 s");
    }

    @ParameterizedTest
    @CsvSource({"/bytes?n=1000, true", "/bytes?n=1001, false", "/chunks?n=1000, true", "/chunks?n=100000, false"})
    void responseMustNotBeTooLarge(String path, boolean fits) {
        TaskOutcome outcome = run(with("http.max-response-bytes", "1000"), input(parameters(path)));

        if (fits) {
            assertThat(output(outcome).path("body").textValue()).hasSize(1000);
        } else {
            assertThat(failure(outcome)).endsWith("answered with more than 1000 bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/slam", "/break"})
    void connectionThatBreaksFailsTheTask(String path) {
        assertThat(failure(run(http, input(parameters(path))))).containsIgnoringCase("closed");
    }

    @Test
    void answerThatIsNoHttpFailsTheTask() {
        NetServer rude = await(vertx.createNetServer()
                .connectHandler(socket -> socket.handler(data -> socket.write("hello there\r\n\r\n")))
                .listen(0, "127.0.0.1"));

        assertThat(failure(run(http, input(parameters("").put("url", "http://127.0.0.1:" + rude.actualPort() + "/")))))
                .contains("got no response");
    }

    @Test
    void cancellingClosesTheConnection() throws Exception {
        var attempt = http.execute(input(parameters("/hang-until-closed")))
                .subscribe()
                .with(outcome -> {});
        HANGING.get(5, TimeUnit.SECONDS);
        attempt.cancel();

        HUNG_UP.get(5, TimeUnit.SECONDS);
    }

    @Test
    void nothingIsSentAfterCancelling() throws Exception {
        CompletableFuture<List<InetAddress>> addresses = new CompletableFuture<>();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        HttpRequestExecutor executor = new HttpRequestExecutor(
                vertx,
                config(PRIVATE_ALLOWED).http(),
                host -> {
                    asked.complete(null);
                    return Future.fromCompletionStage(addresses);
                },
                new HttpClientOptions());
        var attempt = executor.execute(
                        input(parameters("").put("url", url("/json").replace("127.0.0.1", "late.example"))))
                .subscribe()
                .with(outcome -> {});
        asked.get(5, TimeUnit.SECONDS);
        attempt.cancel();
        addresses.complete(List.of(address("127.0.0.1")));
        get("/inspect");

        assertThat(SEEN).containsExactly("GET /inspect ");
    }

    @Test
    void nothingIsSentBeforeSubscription() {
        assertThat(http.execute(input(parameters("/json")))).isNotNull();
        assertThat(SEEN).isEmpty();
    }

    @Test
    void manyRequestsRunAtOnce() {
        List<Uni<TaskOutcome>> all = IntStream.range(0, 300)
                .mapToObj(i -> http.execute(input(parameters("/inspect?i=" + i))))
                .toList();

        List<TaskOutcome> outcomes = Uni.join().all(all).andFailFast().await().atMost(Duration.ofSeconds(10));

        for (int i = 0; i < 300; i++) {
            assertThat(output(outcomes.get(i)).path("body").path("query").textValue())
                    .isEqualTo("i=" + i);
        }
    }

    private static JsonNode get(String path) {
        return output(run(http, input(parameters(path))));
    }

    private static JsonNode echoed(String type, byte[] body) {
        return output(echo(type, body)).path("body");
    }

    private static TaskOutcome echo(String type, byte[] body) {
        ObjectNode parameters = parameters("/echo?" + Base64.getUrlEncoder().encodeToString(body));
        if (type != null) {
            parameters.putObject("headers").put("X-Type", type);
        }
        return run(http, input(parameters));
    }

    private static ObjectNode parameters(String path) {
        return JsonNodeFactory.instance.objectNode().put("url", url(path));
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + server.actualPort() + path;
    }

    private static HttpRequestExecutor with(String setting, String value) {
        return new HttpRequestExecutor(vertx, config(Map.of("http.allow-private-networks", "true", setting, value)));
    }

    private static HttpRequestExecutor resolving(Map<String, String> settings, String... addresses) {
        List<InetAddress> resolved = List.of(addresses).stream()
                .map(HttpRequestExecutorTest::address)
                .toList();
        return new HttpRequestExecutor(
                vertx, config(settings).http(), host -> Future.succeededFuture(resolved), new HttpClientOptions());
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(literal, e);
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private static HttpServer listen() {
        return await(vertx.createHttpServer()
                .requestHandler(HttpRequestExecutorTest::handle)
                .listen(0, "127.0.0.1"));
    }

    private static void handle(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        switch (request.path()) {
            case "/json" -> {
                SEEN.add("json");
                response.putHeader("X-Many", (Iterable<String>) List.of("one", "two"))
                        .putHeader("Content-Type", "application/json")
                        .end("{\"a\": [1, 2.5, null], \"big\": 12345678901234567890}");
            }
            case "/empty" -> response.setStatusCode(204).end();
            case "/echo" -> {
                if (request.getHeader("X-Type") != null) {
                    response.putHeader("Content-Type", request.getHeader("X-Type"));
                }
                response.end(
                        Buffer.buffer(Base64.getUrlDecoder().decode(request.query() == null ? "" : request.query())));
            }
            case "/inspect" -> request.body().onSuccess(body -> inspect(request, body));
            case "/status" ->
                response.setStatusCode(Integer.parseInt(request.getParam("code")))
                        .putHeader("Content-Type", "application/json")
                        .end("{\"why\":\"because\"}");
            case "/large-error" ->
                response.setStatusCode(500)
                        .putHeader("Content-Type", "text/plain")
                        .end("x".repeat(100_000));
            case "/redirect" -> {
                SEEN.add("redirect");
                response.setStatusCode(Integer.parseInt(request.getParam("code", "302")))
                        .putHeader("Location", request.getParam("to", "/redirect"))
                        .end("moved");
            }
            case "/countdown" -> {
                int n = Integer.parseInt(request.getParam("n"));
                if (n == 0) {
                    response.end("done");
                } else {
                    response.setStatusCode(302)
                            .putHeader("Location", "?n=" + (n - 1))
                            .end();
                }
            }
            case "/hang" -> {}
            case "/hang-until-closed" -> {
                request.connection().closeHandler(closed -> HUNG_UP.complete(null));
                HANGING.complete(null);
            }
            case "/stall" -> response.putHeader("Content-Length", "10").write("x");
            case "/drip" -> {
                response.setChunked(true);
                vertx.setPeriodic(20, id -> {
                    if (response.closed()) {
                        vertx.cancelTimer(id);
                    } else {
                        response.write("x");
                    }
                });
            }
            case "/bytes" ->
                response.putHeader("Content-Type", "text/plain")
                        .end("x".repeat(Integer.parseInt(request.getParam("n"))));
            case "/chunks" -> {
                response.setChunked(true).putHeader("Content-Type", "text/plain");
                for (int sent = 0; sent < Integer.parseInt(request.getParam("n")); sent += 500) {
                    response.write("x".repeat(500));
                }
                response.end();
            }
            case "/slam" -> request.connection().close();
            case "/break" ->
                response.putHeader("Content-Length", "10")
                        .write("x")
                        .onSuccess(written -> request.connection().close());
            default -> response.setStatusCode(404).end();
        }
    }

    private static void inspect(HttpServerRequest request, Buffer body) {
        SEEN.add(request.method() + " " + request.path() + " " + body);
        ObjectNode seen = JsonNodeFactory.instance.objectNode();
        seen.put("method", request.method().name())
                .put("query", request.query())
                .put("body", body.toString());
        ObjectNode headers = seen.putObject("headers");
        request.headers().forEach((name, value) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
        request.response().putHeader("Content-Type", "application/json").end(seen.toString());
    }

    /** Allows private networks for only one of the addresses that are asked about. */
    private static final class AllowedAt implements TaskConfig.Http {
        private final int index;
        private final TaskConfig.Http config;
        private final AtomicInteger asked = new AtomicInteger();

        AllowedAt(int index, TaskConfig.Http config) {
            this.index = index;
            this.config = config;
        }

        @Override
        public boolean allowPrivateNetworks() {
            return asked.getAndIncrement() == index;
        }

        @Override
        public Duration timeout() {
            return config.timeout();
        }

        @Override
        public Duration connectTimeout() {
            return config.connectTimeout();
        }

        @Override
        public int maxResponseBytes() {
            return config.maxResponseBytes();
        }
    }
}

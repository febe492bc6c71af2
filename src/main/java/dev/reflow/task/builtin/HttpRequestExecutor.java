package dev.reflow.task.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import dev.reflow.task.TaskExecutor;
import dev.reflow.task.TaskExecutorDescription;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import dev.reflow.task.TraceParent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/** {@code http_request}: asks another service. */
@ApplicationScoped
public class HttpRequestExecutor implements TaskExecutor {
    private static final int MAX_CONNECTIONS_PER_HOST = 1_000;
    private static final TaskExecutorDescription DESCRIPTION = new TaskExecutorDescription(
            "http_request",
            1,
            "Sends an HTTP request; its output is the response: status, headers and body.",
            """
            Use this to call an HTTP API. Give `url`, and where they differ from a plain GET `method`, `headers` and \
            `body`; a body is sent as JSON, so write it as an object, not as text. Other tasks refer to the response as \
            {{name_of_this_task.body.field}}, {{name_of_this_task.status}} or \
            {{name_of_this_task.headers.content-type}}. A status of 400 or more fails the task; redirects are followed. \
            The task may be tried more than once with the same Idempotency-Key header, so prefer calls that can be \
            repeated.""",
            Parameters.schema("""
                    {
                      "type": "object",
                      "properties": {
                        "method": {
                          "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
                          "default": "GET"
                        },
                        "url": {"type": "string", "minLength": 1, "description": "Absolute, http or https"},
                        "headers": {
                          "type": "object",
                          "additionalProperties": {"type": ["string", "number", "boolean"]},
                          "description": "Host, Connection, Content-Length, Transfer-Encoding and the like are set by \
                    the service; values given here for them are ignored. Idempotency-Key is set unless given here"
                        },
                        "body": {
                          "description": "Sent as JSON, with Content-Type application/json unless a header says \
                    otherwise; a string with another content type is sent as it is"
                        }
                      },
                      "required": ["url"],
                      "additionalProperties": true
                    }
                    """),
            null,
            Parameters.schema("""
                    {
                      "type": "object",
                      "properties": {
                        "status": {"type": "integer"},
                        "headers": {
                          "type": "object",
                          "additionalProperties": {"type": "string"},
                          "description": "By name in lower case; several values are joined by a comma"
                        },
                        "body": {
                          "description": "Null when empty; the value itself when the content type is JSON; a string \
                    when it is text or there is none; otherwise, and when it is not UTF-8 or has NUL characters, a string in base64"
                        }
                      },
                      "required": ["status", "headers", "body"]
                    }
                    """),
            false,
            false);

    private final Vertx vertx;
    private final TaskConfig.Http config;
    private final HostResolver resolver;
    private final HttpClient client;

    @Inject
    public HttpRequestExecutor(Vertx vertx, TaskConfig config) {
        this(vertx, config.http(), HostResolver.system(vertx), new HttpClientOptions());
    }

    HttpRequestExecutor(Vertx vertx, TaskConfig.Http config, HostResolver resolver, HttpClientOptions options) {
        this.vertx = vertx;
        this.config = config;
        this.resolver = resolver;
        this.client = vertx.httpClientBuilder()
                .with(options.setConnectTimeout((int) config.connectTimeout().toMillis())
                        .setKeepAliveTimeout(2) // shorter than any server's, so that none closes under a request
                        .setMaxHeaderSize(32_768))
                .with(new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS_PER_HOST))
                .withConnectHandler(
                        connection -> connection.exceptionHandler(told -> {})) // would log what was received
                .build();
    }

    @Override
    public TaskExecutorDescription description() {
        return DESCRIPTION;
    }

    @Override
    public List<Fault> checkParameters(JsonNode parameters) {
        try {
            HttpTarget.parse(parameters.path("url").asText());
            return List.of();
        } catch (RefusedRequestException e) {
            return List.of(
                    new Fault(List.of("url"), "url_parsing", String.valueOf(e.getMessage()), parameters.path("url")));
        }
    }

    @Override
    public Uni<TaskOutcome> execute(TaskInput input) {
        Optional<TaskOutcome> refused = Parameters.refuse(DESCRIPTION, input);
        if (refused.isPresent()) {
            return Uni.createFrom().item(refused.get());
        }
        try {
            OutgoingRequest request = OutgoingRequest.of(input);
            return Uni.createFrom().emitter(emitter -> {
                HttpExchange exchange = new HttpExchange(
                        vertx, client, resolver, config, TraceParent.read(input.traceParent()), emitter::complete);
                emitter.onTermination(exchange::cancel);
                exchange.start(request);
            });
        } catch (RefusedRequestException e) {
            return Uni.createFrom().item(new TaskOutcome.Failed(String.valueOf(e.getMessage())));
        }
    }

    @PreDestroy
    void close() {
        client.close();
    }
}

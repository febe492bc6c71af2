package dev.reflow.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionStatus;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.server.Cancellable;

/** Repeats what it is sent, and fails as it is told. */
@Path("/api/trial")
@Produces(JsonBody.MEDIA_TYPE)
public class TrialResource {
    @POST
    @Consumes(MediaType.WILDCARD)
    @Operation(hidden = true)
    public Uni<JsonNode> repeat(JsonBody body) {
        Form form = new Form();
        JsonNode value = form.body(body).field("value").json().required();
        form.check();
        assertThat(Context.isOnEventLoopThread()).isTrue(); // where the database's client has to be called
        return Uni.createFrom().item(value);
    }

    @GET
    @Path("/execution")
    @Operation(hidden = true)
    public Uni<FlowExecutionResponse> execution() {
        UUID id = new UUID(0, 1);
        ObjectNode input = JsonNodeFactory.instance.objectNode().put("amount", new BigDecimal("1.10"));
        return Uni.createFrom()
                .item(new FlowExecutionResponse(
                        id,
                        Instant.EPOCH,
                        Instant.parse("2024-02-29T12:30:00.123456Z"),
                        "ada",
                        id,
                        1,
                        ExecutionStatus.CANCEL_REQUESTED,
                        input,
                        id,
                        null,
                        null,
                        null,
                        null));
    }

    private static final CompletableFuture<String> LATE = new CompletableFuture<>();

    static void answerLate() {
        LATE.complete("\"late\"");
    }

    @GET
    @Path("/late")
    @Cancellable(false)
    @Operation(hidden = true)
    public Uni<String> late() {
        return Uni.createFrom().completionStage(LATE);
    }

    void register(@Observes Router router) {
        router.get("/trial/forbidden").handler(context -> context.fail(403));
        router.get("/trial/crash").handler(context -> {
            throw new IllegalStateException("secret");
        });
    }

    @GET
    @Path("/{failure}")
    @Operation(hidden = true)
    public Uni<String> fail(@PathParam("failure") String failure) {
        return Uni.createFrom()
                .failure(
                        switch (failure) {
                            case "conflict" -> ReflowException.conflict("Still running", List.of("greeting"));
                            case "unauthorized" -> new UnauthorizedException("secret");
                            case "forbidden" -> new ForbiddenException("secret");
                            case "busy" -> new RejectedExecutionException("secret");
                            case "wrapped" -> new CompletionException(ReflowException.notFound("Flow"));
                            default -> new IllegalStateException("secret");
                        });
    }
}

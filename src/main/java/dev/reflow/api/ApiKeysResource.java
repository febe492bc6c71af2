package dev.reflow.api;

import dev.reflow.error.ReflowException;
import dev.reflow.organization.ServiceAccountStore;
import dev.reflow.usecase.IssueApiKeys;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

@Path("/api/service-accounts/{service_account_id}/api-keys")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Service accounts")
@PermissionsAllowed("administer")
public class ApiKeysResource {
    private final CurrentCaller caller;
    private final IssueApiKeys issue;
    private final ServiceAccountStore accounts;

    ApiKeysResource(CurrentCaller caller, IssueApiKeys issue, ServiceAccountStore accounts) {
        this.caller = caller;
        this.issue = issue;
        this.accounts = accounts;
    }

    @POST
    @Cancellable(false)
    @ResponseStatus(201)
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "createApiKey",
            summary = "Create an API key",
            description =
                    "The answer shows the key for the only time; what is kept is a hash. It has the role integration.")
    @APIResponseSchema(value = ApiKeyCreateResponse.class, responseCode = "201")
    @APIResponse(responseCode = "400")
    @APIResponse(responseCode = "404")
    public Uni<ApiKeyCreateResponse> create(
            @PathParam("service_account_id") @Parameter(description = "The account", schema = @Schema(format = "uuid"))
                    String serviceAccountId,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = ApiKeyCreateRequest.class),
                                            examples = @ExampleObject(name = "A key", value = Examples.API_KEY_CREATE)))
                    JsonBody body) {
        Form form = new Form();
        UUID account = ServiceAccountsResource.id(form, serviceAccountId);
        ApiKeyCreateRequest request = ApiKeyCreateRequest.read(form, body);
        form.check();
        return issue.create(caller.get(), account, request.name(), request.description())
                .map(ApiKeyCreateResponse::of);
    }

    @GET
    @Operation(
            operationId = "listApiKeys",
            summary = "List an account's API keys",
            description = "Newest first, without those that were revoked.")
    @APIResponse(
            responseCode = "200",
            description = "The keys",
            content =
                    @Content(
                            mediaType = JsonBody.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.ARRAY, implementation = ApiKeyResponse.class)))
    @APIResponse(responseCode = "404")
    public Uni<List<ApiKeyResponse>> list(
            @PathParam("service_account_id") @Parameter(description = "The account", schema = @Schema(format = "uuid"))
                    String serviceAccountId,
            @QueryParam("offset")
                    @Parameter(
                            description = "How many to leave out",
                            schema = @Schema(type = SchemaType.INTEGER, minimum = "0", defaultValue = "0"))
                    @Nullable
                    String offset,
            @QueryParam("limit")
                    @Parameter(
                            description = "How many at most",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "1000",
                                            defaultValue = "100"))
                    @Nullable
                    String limit) {
        Form form = new Form();
        UUID account = ServiceAccountsResource.id(form, serviceAccountId);
        Slice slice = Slice.read(form.query("offset", offset), form.query("limit", limit));
        form.check();
        return accounts.listKeys(caller.get().organization(), account, slice.offset(), slice.limit())
                .map(found -> found.orElseThrow(() -> ReflowException.notFound("Service account")).stream()
                        .map(ApiKeyResponse::of)
                        .toList());
    }

    @PATCH
    @Path("/{api_key_id}")
    @Cancellable(false)
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "updateApiKey",
            summary = "Rename or describe an API key",
            description = "What is absent stays as it is.")
    @APIResponseSchema(value = ApiKeyResponse.class, responseCode = "200")
    @APIResponse(responseCode = "404")
    public Uni<ApiKeyResponse> update(
            @PathParam("service_account_id") @Parameter(description = "The account", schema = @Schema(format = "uuid"))
                    String serviceAccountId,
            @PathParam("api_key_id") @Parameter(description = "The key", schema = @Schema(format = "uuid"))
                    String apiKeyId,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = ApiKeyUpdateRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "A description",
                                                            value = Examples.DESCRIPTION_UPDATE)))
                    JsonBody body) {
        Form form = new Form();
        UUID account = ServiceAccountsResource.id(form, serviceAccountId);
        UUID key = id(form, apiKeyId);
        ServiceAccountStore.Change change = ApiKeyUpdateRequest.read(form, body);
        form.check();
        return issue.update(caller.get(), account, key, change).map(ApiKeyResponse::of);
    }

    @DELETE
    @Path("/{api_key_id}")
    @Cancellable(false)
    @Operation(
            operationId = "revokeApiKey",
            summary = "Revoke an API key",
            description = "It opens nothing from now on, on every node.")
    @APIResponse(responseCode = "204", description = "Revoked")
    @APIResponse(responseCode = "404")
    public Uni<Void> revoke(
            @PathParam("service_account_id") @Parameter(description = "The account", schema = @Schema(format = "uuid"))
                    String serviceAccountId,
            @PathParam("api_key_id") @Parameter(description = "The key", schema = @Schema(format = "uuid"))
                    String apiKeyId) {
        Form form = new Form();
        UUID account = ServiceAccountsResource.id(form, serviceAccountId);
        UUID key = id(form, apiKeyId);
        form.check();
        return issue.revoke(caller.get(), account, key);
    }

    private static UUID id(Form form, String raw) {
        return form.path("api_key_id", raw).uuid().required();
    }
}

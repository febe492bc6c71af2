package dev.reflow.api;

import dev.reflow.error.ReflowException;
import dev.reflow.organization.ServiceAccountStore;
import dev.reflow.usecase.AdministerServiceAccounts;
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

@Path("/api/service-accounts")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Service accounts", description = "Accounts of programs, and their API keys")
@PermissionsAllowed("administer")
public class ServiceAccountsResource {
    private final CurrentCaller caller;
    private final AdministerServiceAccounts administer;
    private final ServiceAccountStore accounts;

    ServiceAccountsResource(CurrentCaller caller, AdministerServiceAccounts administer, ServiceAccountStore accounts) {
        this.caller = caller;
        this.administer = administer;
        this.accounts = accounts;
    }

    @POST
    @Cancellable(false)
    @ResponseStatus(201)
    @Consumes(MediaType.WILDCARD)
    @Operation(operationId = "createServiceAccount", summary = "Create a service account")
    @APIResponseSchema(value = ServiceAccountCreateResponse.class, responseCode = "201")
    @APIResponse(responseCode = "400")
    public Uni<ServiceAccountCreateResponse> create(
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = ServiceAccountCreateRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "An account",
                                                            value = Examples.SERVICE_ACCOUNT_CREATE)))
                    JsonBody body) {
        Form form = new Form();
        ServiceAccountCreateRequest request = ServiceAccountCreateRequest.read(form, body);
        form.check();
        return administer
                .create(caller.get(), request.name(), request.description())
                .map(ServiceAccountCreateResponse::of);
    }

    @GET
    @Operation(
            operationId = "listServiceAccounts",
            summary = "List the service accounts",
            description = "Newest first.")
    @APIResponse(
            responseCode = "200",
            description = "The accounts",
            content =
                    @Content(
                            mediaType = JsonBody.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.ARRAY, implementation = ServiceAccountResponse.class)))
    public Uni<List<ServiceAccountResponse>> list(
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
        Slice slice = Slice.read(form.query("offset", offset), form.query("limit", limit));
        form.check();
        return accounts.list(caller.get().organization(), slice.offset(), slice.limit())
                .map(found -> found.stream().map(ServiceAccountResponse::of).toList());
    }

    @GET
    @Path("/{service_account_id}")
    @Operation(operationId = "getServiceAccount", summary = "Read a service account")
    @APIResponseSchema(value = ServiceAccountResponse.class, responseCode = "200")
    @APIResponse(responseCode = "404")
    public Uni<ServiceAccountResponse> get(
            @PathParam("service_account_id") @Parameter(description = "The account", schema = @Schema(format = "uuid"))
                    String serviceAccountId) {
        Form form = new Form();
        UUID id = id(form, serviceAccountId);
        form.check();
        return accounts.find(caller.get().organization(), id)
                .map(found -> found.map(ServiceAccountResponse::of)
                        .orElseThrow(() -> ReflowException.notFound("Service account")));
    }

    @PATCH
    @Path("/{service_account_id}")
    @Cancellable(false)
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "updateServiceAccount",
            summary = "Rename or describe a service account",
            description = "What is absent stays as it is.")
    @APIResponseSchema(value = ServiceAccountResponse.class, responseCode = "200")
    @APIResponse(responseCode = "404")
    public Uni<ServiceAccountResponse> update(
            @PathParam("service_account_id") @Parameter(description = "The account", schema = @Schema(format = "uuid"))
                    String serviceAccountId,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = ServiceAccountUpdateRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "A description",
                                                            value = Examples.DESCRIPTION_UPDATE)))
                    JsonBody body) {
        Form form = new Form();
        UUID id = id(form, serviceAccountId);
        ServiceAccountStore.Change change = ServiceAccountUpdateRequest.read(form, body);
        form.check();
        return administer.update(caller.get(), id, change).map(ServiceAccountResponse::of);
    }

    @DELETE
    @Path("/{service_account_id}")
    @Cancellable(false)
    @Operation(
            operationId = "deleteServiceAccount",
            summary = "Delete a service account",
            description = "Its keys go with it, for good.")
    @APIResponse(responseCode = "204", description = "Deleted")
    @APIResponse(responseCode = "404")
    public Uni<Void> delete(
            @PathParam("service_account_id") @Parameter(description = "The account", schema = @Schema(format = "uuid"))
                    String serviceAccountId) {
        Form form = new Form();
        UUID id = id(form, serviceAccountId);
        form.check();
        return administer.delete(caller.get(), id);
    }

    static UUID id(Form form, String raw) {
        return form.path("service_account_id", raw).uuid().required();
    }
}

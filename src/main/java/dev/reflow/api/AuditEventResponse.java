package dev.reflow.api;

import dev.reflow.organization.AuditEvent;
import dev.reflow.organization.Credential;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

@Schema(description = "The record of a change")
public record AuditEventResponse(
        UUID id,
        Instant createdAt,

        @Schema(description = "Who made the change: the account's id or the token's subject; system for the service")
        String subject,

        @Schema(description = "What they were called then") String name,

        @Schema(description = "How they identified themselves")
        Credential credential,

        @Schema(
                description = "Method and path, with the names of its parameters; a word for what the service does"
                        + " itself: bootstrap, reexecute_on_update or ttl")
        String operation,

        @Schema(description = "The id of what was changed") UUID thingId,

        @Schema(description = "Of the request, as it was answered in X-Request-ID") @Nullable
        String requestId) {

    static AuditEventResponse of(AuditEvent event) {
        return new AuditEventResponse(
                event.id(),
                event.at(),
                event.subject(),
                event.name(),
                event.origin().credential(),
                event.origin().operation(),
                event.thing(),
                event.origin().requestId());
    }
}

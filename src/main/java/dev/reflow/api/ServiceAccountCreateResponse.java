package dev.reflow.api;

import dev.reflow.organization.ServiceAccount;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record ServiceAccountCreateResponse(
        UUID id,
        Instant createdAt,
        Instant updatedAt,
        String modifiedBy,
        UUID organizationId,
        String name,
        @Nullable String description,

        @Schema(description = "active, or inactive: then its keys open nothing")
        String status) {

    static ServiceAccountCreateResponse of(ServiceAccount account) {
        return new ServiceAccountCreateResponse(
                account.id(),
                account.createdAt(),
                account.updatedAt(),
                account.modifiedBy(),
                account.organization().value(),
                account.name(),
                account.description(),
                account.active() ? "active" : "inactive");
    }
}

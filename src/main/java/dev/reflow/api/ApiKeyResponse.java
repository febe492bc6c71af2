package dev.reflow.api;

import dev.reflow.organization.IssuedApiKey;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record ApiKeyResponse(
        UUID id,
        Instant createdAt,
        Instant updatedAt,
        String modifiedBy,

        @Schema(description = "Always null: keys belong to service accounts") @Nullable
        UUID userId,

        UUID serviceAccountId,
        String name,
        @Nullable String description,

        @Schema(description = "How the key begins", maxLength = 40)
        String tokenPrefix,

        UUID organizationId,

        @Schema(description = "About when the key was last used; written once a minute") @Nullable
        Instant lastUsedAt) {

    static ApiKeyResponse of(IssuedApiKey key) {
        return new ApiKeyResponse(
                key.id(),
                key.createdAt(),
                key.updatedAt(),
                key.modifiedBy(),
                null,
                key.serviceAccount(),
                key.name(),
                key.description(),
                key.tokenPrefix(),
                key.organization().value(),
                key.lastUsedAt());
    }
}

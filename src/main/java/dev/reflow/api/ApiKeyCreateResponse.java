package dev.reflow.api;

import dev.reflow.organization.IssuedApiKey;
import dev.reflow.usecase.IssueApiKeys;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record ApiKeyCreateResponse(
        UUID id,
        Instant createdAt,
        Instant updatedAt,
        String modifiedBy,

        @Schema(description = "Always null: keys belong to service accounts") @Nullable
        UUID userId,

        UUID serviceAccountId,
        String name,
        @Nullable String description,

        @Schema(description = "The key itself. It is shown here and never again")
        String token,

        String tokenPrefix,
        UUID organizationId) {

    static ApiKeyCreateResponse of(IssueApiKeys.Created created) {
        IssuedApiKey key = created.key();
        return new ApiKeyCreateResponse(
                key.id(),
                key.createdAt(),
                key.updatedAt(),
                key.modifiedBy(),
                null,
                key.serviceAccount(),
                key.name(),
                key.description(),
                created.token().value(),
                key.tokenPrefix(),
                key.organization().value());
    }
}

package dev.reflow.api;

import dev.reflow.execution.WebhookData;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

public record WebhookDataAckResponse(
        @Schema(description = "Of the delivery; for a duplicate, of the first one")
        UUID id,

        @Schema(enumeration = {"received", "duplicate"}) String status) {

    static WebhookDataAckResponse of(WebhookData.Receipt receipt) {
        return new WebhookDataAckResponse(receipt.id(), receipt.duplicate() ? "duplicate" : "received");
    }
}

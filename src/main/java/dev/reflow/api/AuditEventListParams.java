package dev.reflow.api;

import dev.reflow.organization.AuditEvent;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** Which records of changes to list. */
public final class AuditEventListParams {
    @QueryParam("created_after")
    @Parameter(description = "Changed then or later", schema = @Schema(format = "date-time"))
    @Nullable
    String createdAfter;

    @QueryParam("created_before")
    @Parameter(description = "Changed then or earlier", schema = @Schema(format = "date-time"))
    @Nullable
    String createdBefore;

    @QueryParam("subject")
    @Parameter(description = "Only changes of this caller")
    @Nullable
    String subject;

    @QueryParam("operation")
    @Parameter(description = "Only changes by this operation, such as DELETE /api/flows/{flow_id}")
    @Nullable
    String operation;

    @QueryParam("thing_id")
    @Parameter(description = "Only changes of the thing with this id", schema = @Schema(format = "uuid"))
    @Nullable
    String thingId;

    @QueryParam("page_size")
    @Parameter(
            description = "Records of a page",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000", defaultValue = "100"))
    @Nullable
    String pageSize;

    @QueryParam("start_from_audit_event_id")
    @Parameter(description = "List what follows this record; fast at any depth", schema = @Schema(format = "uuid"))
    @Nullable
    String startFromAuditEventId;

    AuditEvent.Query read(Form form) {
        return new AuditEvent.Query(
                milliseconds(form.query("created_after", createdAfter)),
                milliseconds(form.query("created_before", createdBefore)),
                form.query("subject", subject).text().orNull(),
                form.query("operation", operation).text().orNull(),
                form.query("thing_id", thingId).uuid().orNull(),
                form.query("start_from_audit_event_id", startFromAuditEventId)
                        .uuid()
                        .orNull(),
                form.query("page_size", pageSize)
                        .integer()
                        .atLeast(1)
                        .atMost(1000)
                        .or(100));
    }

    private static @Nullable Long milliseconds(Field time) {
        return Optional.ofNullable(time.instant().orNull())
                .map(Instant::toEpochMilli)
                .orElse(null);
    }
}

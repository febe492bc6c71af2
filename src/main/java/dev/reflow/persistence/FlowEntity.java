package dev.reflow.persistence;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.NullUnmarked;

/** A row of {@code flow}. */
@Entity
@Table(name = "flow")
@NullUnmarked
class FlowEntity extends PanacheEntityBase {
    @Id
    UUID id;

    @Column(name = "organization_id", updatable = false)
    UUID organizationId;

    @Column(name = "display_name")
    String displayName;

    String description;
    String status;
    String visibility;

    @ColumnTransformer(read = "cast(settings as text)", write = "cast(cast(? as text) as json)")
    String settings;

    @Column(columnDefinition = "text[]")
    String[] tags;

    @Column(name = "latest_version")
    int latestVersion;

    /** The newest version that was published while the flow's executions were to follow; 0 for none. */
    @Column(name = "reexecute_below")
    int reexecuteBelow;

    /** Counted by the database as executions are created. */
    @Column(name = "executions_count", insertable = false, updatable = false)
    int executionsCount;

    @Column(updatable = false)
    String creator;

    @Column(name = "created_by", updatable = false)
    String createdBy;

    @Column(name = "modified_by")
    String modifiedBy;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    @Column(name = "deleted_at")
    Instant deletedAt;
}

package dev.reflow.persistence;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.NullUnmarked;

/** A row of {@code flow_version}. */
@Entity
@Table(name = "flow_version")
@IdClass(FlowVersionEntity.Key.class)
@NullUnmarked
class FlowVersionEntity extends PanacheEntityBase {
    @Id
    @Column(name = "flow_id")
    UUID flowId;

    @Id
    int version;

    @Column(updatable = false)
    @ColumnTransformer(read = "cast(definition as text)", write = "cast(cast(? as text) as json)")
    String definition;

    @Column(name = "created_by", updatable = false)
    String createdBy;

    @Column(name = "modified_by")
    String modifiedBy;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    /** What identifies a version. */
    record Key(UUID flowId, int version) implements Serializable {}
}

package dev.reflow.engine;

import java.util.UUID;

/** A process that runs an engine, new with every start. */
public record NodeId(UUID value) {
    public static NodeId random() {
        return new NodeId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

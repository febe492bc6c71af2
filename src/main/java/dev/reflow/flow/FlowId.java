package dev.reflow.flow;

import java.util.UUID;

public record FlowId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

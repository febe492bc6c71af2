package dev.reflow.execution;

import java.util.UUID;

public record FlowExecutionId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

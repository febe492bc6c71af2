package dev.reflow.organization;

import java.util.UUID;

public record OrganizationId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}

package dev.reflow.flow;

import java.time.Instant;

/** One version of a flow. Its definition never changes. */
public record FlowVersion(FlowId flow, int version, Definition definition, String createdBy, Instant createdAt) {}

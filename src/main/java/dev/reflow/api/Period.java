package dev.reflow.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Both bounds belong to it; null is open. */
public record Period(@Nullable Instant from, @Nullable Instant to) {}

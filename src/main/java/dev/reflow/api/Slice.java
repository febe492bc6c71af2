package dev.reflow.api;

/** Part of a list, by its position. */
record Slice(int offset, int limit) {
    static Slice read(Field offset, Field limit) {
        return new Slice(
                offset.integer().atLeast(0).or(0),
                limit.integer().atLeast(1).atMost(1000).or(100));
    }
}

package dev.reflow.api;

/** @param number counted from 1 */
public record Page(int number, int size) {
    private static final int LAST = 10_000;

    static Page read(Field number, Field size, int usualSize, int largestSize) {
        return new Page(
                number.integer().atLeast(1).atMost(LAST).or(1),
                size.integer().atLeast(1).atMost(largestSize).or(usualSize));
    }
}

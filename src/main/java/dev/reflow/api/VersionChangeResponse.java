package dev.reflow.api;

/**
 * @param from the version that the execution ran before
 * @param to the version that it runs then
 */
public record VersionChangeResponse(int from, int to) {}

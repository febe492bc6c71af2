package dev.reflow.flow;

/** A flow together with one of its versions. */
public record FlowAtVersion(Flow flow, FlowVersion version) {
    public boolean isLatest() {
        return version.version() == flow.latestVersion();
    }
}

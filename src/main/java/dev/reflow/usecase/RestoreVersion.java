package dev.reflow.usecase;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Makes a draft's earlier version the newest again, as a new one of the same content. */
@ApplicationScoped
public class RestoreVersion {
    private final FlowAccess access;
    private final PublishVersion publishVersion;

    RestoreVersion(FlowAccess access, PublishVersion publishVersion) {
        this.access = access;
        this.publishVersion = publishVersion;
    }

    public Uni<FlowAtVersion> restore(Caller caller, FlowId id, int version) {
        return access.requireVersion(caller, id, version)
                .flatMap(earlier -> publishVersion.publish(caller, id, latest -> {
                    if (latest.version().version() == version) {
                        throw new ReflowException(ErrorCode.BAD_REQUEST, "This version is the latest already");
                    }
                    return earlier.version().definition();
                }));
    }
}

package dev.reflow.engine.embedded;

import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationFacts;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/** Says with the lines of the log that are about a generation which one it is, whose, and who asked for it. */
final class GenerationLog {
    private final Fence fence;
    private GenerationFacts.@Nullable Asked asked;

    GenerationLog(Fence fence) {
        this.fence = fence;
    }

    void askedBy(GenerationFacts.Asked request) {
        asked = request;
    }

    void line(Runnable written) {
        Map<String, Object> fields = fields();
        fields.forEach(MDC::put);
        try {
            written.run();
        } finally {
            fields.keySet().forEach(MDC::remove);
        }
    }

    private Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("flow_execution_id", fence.execution().toString());
        fields.put("generation", Integer.toString(fence.generation()));
        if (asked != null) {
            fields.put("organization_id", asked.organization().toString());
            if (asked.requestId() != null) {
                fields.put("request_id", asked.requestId());
            }
        }
        return fields;
    }
}

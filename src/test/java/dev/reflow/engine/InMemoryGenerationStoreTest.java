package dev.reflow.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Mode;
import dev.reflow.execution.TaskReport;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

class InMemoryGenerationStoreTest extends GenerationStoreContract {
    private static final FlowId FLOW_ID = new FlowId(new UUID(0, 1));

    private final Tables tables = new Tables(InstantSource.system(), null, Set.of());
    private final InMemoryCommands commands = new InMemoryCommands(tables);
    private final GenerationStore store = new InMemoryGenerationStore(tables, InMemoryGenerationStore.Journal.NONE);

    InMemoryGenerationStoreTest() {
        tables.publish(FLOW_ID, FLOW.definition());
    }

    @Override
    protected GenerationStore store() {
        return store;
    }

    @Override
    protected Fence start(NodeId owner) {
        CommandStore.StartRequest request = new CommandStore.StartRequest(
                new FlowExecutionId(new UUID(0, 2)),
                FLOW_ID,
                1,
                JsonNodeFactory.instance.objectNode(),
                new TaskName("a"),
                null);
        return commands.start(request, "first", Optional.of(owner)).orElseThrow();
    }

    @Override
    protected Fence reExecute(FlowExecutionId execution, Mode mode, NodeId owner) {
        String key = "after " + state(execution).generation();
        return commands.reExecute(execution, mode, key, Optional.of(owner))
                .fence()
                .orElseThrow();
    }

    @Override
    protected void cancel(FlowExecutionId execution) {
        commands.cancel(execution);
    }

    @Override
    protected void report(FlowExecutionId execution, TaskReport report) {
        commands.report(execution, report);
    }

    @Override
    protected State state(FlowExecutionId execution) {
        ExecutionRow row = tables.require(execution);
        long results = row.attempts.values().stream()
                .filter(attempt -> attempt.attempt().isCompleted())
                .count();
        return new State(row.generation, row.active, row.revision, row.lease, Optional.ofNullable(row.owner), results);
    }

    @Override
    protected void silence(NodeId silent, Duration since) {
        tables.silence(silent, since);
    }
}

package dev.reflow.support;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That the invariants do not hold whatever happens: each is broken on purpose and found. */
@QuarkusTest
class InvariantsTest {
    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    generations have no gap | update flow_execution set generation = 5 where id = $1
                    at most the newest generation is active | update generation set end_reason = null where flow_execution_id = $1
                    results belong to a generation that was | update task_execution set generation = 9 where flow_execution_id = $1 and task_name = 'b' and generation = 2
                    no result comes after its generation | update task_execution set completed_at = completed_at + interval '1 hour' where flow_execution_id = $1 and generation = 1
                    what is of an execution is of its organization | update task_execution set organization_id = (select o.id from organization o where o.id <> organization_id limit 1) where flow_execution_id = $1
                    what is of an execution is of its organization | update execution_event set organization_id = gen_random_uuid() where flow_execution_id = $1
                    nothing is stuck | with e as (update flow_execution set active = true where id = $1) update generation set end_reason = null where flow_execution_id = $1
                    nothing runs without a generation | update flow_execution set wake_at = now() where id = $1
                    what was planned is what ran | delete from task_execution where flow_execution_id = $1 and task_name = 'b' and generation = 2
                    what was planned is what ran | delete from task_execution where flow_execution_id = $1 and task_name = 'b' and generation = 1
                    reused results are consistent | update task_execution set edit_revision = 1 where flow_execution_id = $1 and task_name = 'a'
                    """)
    void brokenInvariantIsFound(String invariant, String fault) {
        ApiClient api = organizations.create();
        String execution = api.start(
                api.createFlow(FlowBuilder.flow()
                        .task("a", "webhook_receive", "{}")
                        .task("b", "format_data", "{'expression': '1', 'data': '{{a.output}}'}")),
                "{}");
        api.awaitStatus(execution, "completed");
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        invariants.check(api.organization());
        organizations.execute(fault, Tuple.of(UUID.fromString(execution)));
        assertThatThrownBy(() -> invariants.check(api.organization()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(invariant);
        // Out of the engine's way: what is broken must not be taken up.
        organizations.execute(
                "update flow_execution set active = false, wake_at = null where id = $1",
                Tuple.of(UUID.fromString(execution)));
    }
}

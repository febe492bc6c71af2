package dev.reflow.persistence;

import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.TaskStatus;
import dev.reflow.execution.TaskStatusStore;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What workers say of how far tasks have come. */
@ApplicationScoped
class PostgresTaskStatusStore implements TaskStatusStore {
    private final Sessions sessions;

    PostgresTaskStatusStore(Sessions sessions) {
        this.sessions = sessions;
    }

    private record Said(UUID id, TaskStatus.Word word) {}

    @Override
    public Uni<Optional<List<TaskStatus>>> add(Caller caller, FlowExecutionId execution, List<TaskStatus.Word> words) {
        List<Said> said =
                words.stream().map(word -> new Said(UUID.randomUUID(), word)).toList();
        Tuple arguments = new Columns<>(said)
                .uuids(Said::id)
                .texts(each -> each.word().task().value())
                .texts(each -> each.word().status())
                .arguments()
                .addUUID(execution.value())
                .addUUID(caller.organization().value())
                .addString(caller.name());
        return sessions.change(
                caller,
                client -> client.preparedQuery("select report_task_statuses($4, $5, $1, $2, $3, $6)")
                        .execute(arguments)
                        .map(found -> Optional.ofNullable(
                                        found.iterator().next().getOffsetDateTime(0))
                                .map(time -> statuses(caller, execution, said, time))),
                added -> added.isPresent() ? List.of(execution.value()) : List.of());
    }

    private static List<TaskStatus> statuses(
            Caller caller, FlowExecutionId execution, List<Said> said, OffsetDateTime time) {
        return said.stream()
                .map(each -> new TaskStatus(each.id(), caller.organization(), execution, each.word(), time.toInstant()))
                .toList();
    }
}

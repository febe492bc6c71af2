package dev.reflow.api;

import dev.reflow.execution.ExecutionQuery;
import dev.reflow.execution.ExecutionStatus;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

public record FlowExecutionListQuery(
        UUID flowId,
        Sort sort,
        Page page,
        @Nullable UUID startFrom,
        List<String> statuses,
        List<String> excludedStatuses,
        List<String> tags,
        Period created,
        Period updated,
        boolean runNumber,
        boolean credits) {

    ExecutionQuery query() {
        return new ExecutionQuery(
                statuses(statuses),
                !statuses.isEmpty(),
                statuses(excludedStatuses),
                tags,
                created.from(),
                created.to(),
                updated.from(),
                updated.to(),
                sort.field().equals("updated_at"),
                !sort.descending(),
                startFrom,
                page.number(),
                page.size());
    }

    /** The contract takes any text for a status; one that does not exist has no executions. */
    private static Set<ExecutionStatus> statuses(List<String> codes) {
        return Stream.of(ExecutionStatus.values())
                .filter(status -> codes.contains(status.code()))
                .collect(Collectors.toSet());
    }
}

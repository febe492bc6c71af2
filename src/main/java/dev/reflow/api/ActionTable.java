package dev.reflow.api;

import dev.reflow.execution.ActionOutcome;
import dev.reflow.execution.ExecutionAction;
import dev.reflow.execution.ExecutionStatus;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Shows what comes of actions by the status of the execution, in Markdown. */
final class ActionTable {
    private ActionTable() {}

    /** A row per status and a column per action; below, what the table supposes. */
    static String markdown(List<ExecutionAction> actions) {
        Stream<String> head = Stream.of(
                line("Status", actions.stream().map(ExecutionAction::title)),
                line("---", actions.stream().map(action -> "---")));
        Stream<String> rows = Arrays.stream(ExecutionStatus.values())
                .map(status ->
                        line(code(status.code()), actions.stream().map(action -> cell(action, action.on(status)))));
        Stream<String> remarks = actions.stream().map(action -> "* " + action.title() + ": " + action.remark());
        return Stream.of(head, rows, Stream.of(""), remarks)
                .flatMap(lines -> lines)
                .collect(Collectors.joining("\n"));
    }

    private static String line(String first, Stream<String> others) {
        return Stream.concat(Stream.of(first), others).collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static String cell(ExecutionAction action, ActionOutcome outcome) {
        return outcome.refusal()
                .map(refusal -> refusal.httpStatus() + " " + code(refusal.code()))
                .orElseGet(() -> action.answer() + accepted(outcome));
    }

    private static String accepted(ActionOutcome outcome) {
        return outcome.status()
                .map(status -> ", then " + code(status.code()))
                .orElse(outcome.changes() ? ", status stays" : ", nothing to do");
    }

    private static String code(String text) {
        return "`" + text + "`";
    }
}

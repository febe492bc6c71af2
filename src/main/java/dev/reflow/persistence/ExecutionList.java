package dev.reflow.persistence;

import dev.reflow.execution.ExecutionQuery;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.flow.FlowId;
import dev.reflow.organization.OrganizationId;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The statements behind one list of executions. A page is merged from the beginnings of sorted parts, one part for each
 * status or tag that is asked for, so that its price is that of the page, wherever it is and however rare what it shows.
 * What is looked for is read from indexes alone: tags carry the status and the times of their execution.
 */
final class ExecutionList {
    /** So many executions are looked up and sorted faster than the others are skipped. */
    private static final long FEW = 5_000;

    private final OrganizationId organization;
    private final FlowId flow;
    private final ExecutionQuery query;
    private final Source source;
    private final String sort;
    private final String direction;

    /** Where to look, as {@code e}, and what the columns are called there. */
    private enum Source {
        EXECUTIONS("flow_execution e", "e.id", "e.status", "e.created_at", "e.updated_at"),
        TAGS(
                "task_tag e",
                "e.flow_execution_id",
                "e.execution_status",
                "e.execution_created_at",
                "e.execution_updated_at");

        private final String table;
        private final String id;
        private final String status;
        private final String createdAt;
        private final String updatedAt;

        Source(String table, String id, String status, String createdAt, String updatedAt) {
            this.table = table;
            this.id = id;
            this.status = status;
            this.createdAt = createdAt;
            this.updatedAt = updatedAt;
        }
    }

    record Statement(String sql, Tuple arguments) {
        /** The plan of it, with what it is expected to cost. */
        Statement explained() {
            return new Statement("explain (format json) " + sql, arguments);
        }
    }

    /** A condition on a time, and what holds where it does not. */
    private record Bound(String holds, String opposite) {}

    ExecutionList(OrganizationId organization, FlowId flow, ExecutionQuery query) {
        this.organization = organization;
        this.flow = flow;
        this.query = query;
        source = isTagged() ? Source.TAGS : Source.EXECUTIONS;
        sort = query.byUpdatedAt() ? source.updatedAt : source.createdAt;
        direction = query.ascending() ? "asc" : "desc";
    }

    boolean isFiltered() {
        return isTagged()
                || isByStatus()
                || Stream.of(query.createdAfter(), query.createdBefore(), query.updatedAfter(), query.updatedBefore())
                        .anyMatch(Objects::nonNull);
    }

    boolean isTagged() {
        return !query.tags().isEmpty();
    }

    private boolean isByStatus() {
        return statuses().length < ExecutionStatus.values().length;
    }

    /** How many executions the flow has: counted as they come and go. */
    Statement all() {
        Where where = new Where();
        return new Statement("select " + all(where), where.arguments());
    }

    private String all(Where where) {
        return "(select f.executions_count - f.deleted_executions_count from flow f where f.id = "
                + where.argument(flow.value()) + " and f.organization_id = "
                + where.argument(organization.value()) + ")";
    }

    /** Counts one by one. Those of one tag come in the order of an index, so that doubles are found without sorting. */
    Statement count() {
        Where where = new Where();
        String what = isTagged() ? "distinct " + source.createdAt + ", " + source.id + " " : "";
        return new Statement(
                "select count(*) from (select " + what + "from " + source.table + " where "
                        + and(keys(where), conditions(where)) + ") one",
                where.arguments());
    }

    /**
     * The same by counting the others: of all within the bounds of one time those that another filter leaves out. Only
     * without tags.
     */
    Statement countOfOthers() {
        Where where = new Where();
        boolean byCreation = query.createdAfter() != null || query.createdBefore() != null;
        Supplier<Stream<Bound>> bounds = () -> byCreation ? created(where) : updated(where);
        StringBuilder count = new StringBuilder("select ");
        count.append(
                byCreation
                        ? within(where, "executions_created_since", query.createdAfter(), query.createdBefore())
                        : within(where, "executions_updated_since", query.updatedAfter(), query.updatedBefore()));
        if (isByStatus()) {
            count.append(without(where, bounds.get(), anyOf(where, status -> !query.shows(status))));
        }
        List<Bound> further = byCreation ? updated(where).toList() : List.of();
        for (int i = 0; i < further.size(); i++) {
            count.append(without(
                    where,
                    Stream.concat(bounds.get(), further.subList(0, i).stream()),
                    status(where) + " and " + further.get(i).opposite()));
        }
        return new Statement(count.toString(), where.arguments());
    }

    private String without(Where where, Stream<Bound> bounds, String condition) {
        return " - (select count(*) from flow_execution e where "
                + and(present(where), Stream.of(condition), bounds.map(Bound::holds)) + ")";
    }

    private String within(Where where, String since, @Nullable Instant after, @Nullable Instant before) {
        String from = after == null ? all(where) : since(where, since, time(where, after));
        return before == null
                ? from
                : "greatest(0, " + from + " - "
                        + since(where, since, time(where, before) + "::timestamptz + interval '1 microsecond'") + ")";
    }

    private String since(Where where, String function, String time) {
        return function + "(" + where.argument(organization.value()) + ", " + where.argument(flow.value()) + ", " + time
                + ")";
    }

    /** The page's executions, in its order. */
    Statement page(long total) {
        Where where = new Where();
        long offset = query.after() == null ? (query.page() - 1L) * query.pageSize() : 0;
        String order = " order by at " + direction + ", id " + direction + " limit ";
        String found =
                isFiltered() && total <= FEW ? sorted(where) : merged(where, order + (offset + query.pageSize()));
        return new Statement(
                "select " + FlowExecutionRows.COLUMNS + " from (" + found + order + query.pageSize() + " offset "
                        + offset + ") p join flow_execution e on e.id = p.id and e.organization_id = "
                        + where.argument(organization.value()) + " order by p.at " + direction + ", p.id " + direction,
                where.arguments());
    }

    private String sorted(Where where) {
        return "with found as materialized (" + found() + " where " + and(keys(where), conditions(where))
                + ") select l.id, l.at from " + cursor(where) + "found l where "
                + and(Stream.of("true"), following("l.at, l.id"));
    }

    private String merged(Where where, String end) {
        String keys = where.argument(isTagged() ? query.tags().toArray(String[]::new) : statuses());
        return "select distinct l.id, l.at from " + cursor(where) + "unnest(" + keys
                + "::text[]) as k (key) cross join lateral (" + found() + " where "
                + and(
                        Stream.of((isTagged() ? "e.key" : source.status) + " = k.key"),
                        conditions(where),
                        implied(where),
                        following(sort + ", " + source.id))
                + end + ") l";
    }

    /** Two of an execution's tasks may carry the same tag. */
    private String found() {
        return "select " + (isTagged() ? "distinct " : "") + source.id + " as id, " + sort + " as at from "
                + source.table;
    }

    /** What the page follows. */
    private String cursor(Where where) {
        return query.after() == null
                ? ""
                : "(select c.id, c." + (query.byUpdatedAt() ? "updated_at" : "created_at")
                        + " as at from flow_execution c where c.id = " + where.argument(query.after())
                        + " and c.flow_id = " + where.argument(flow.value())
                        + ") c cross join ";
    }

    /** What a bound of the other time says of the one that the parts are in the order of: none changes before it is there. */
    private Stream<String> implied(Where where) {
        Stream<Bound> bound = query.byUpdatedAt()
                ? after(where, source.updatedAt, query.createdAfter())
                : before(where, source.createdAt, query.updatedBefore());
        return bound.map(Bound::holds);
    }

    /** What comes after the cursor. A comparison with a sub-query instead would not be looked up in an index. */
    private Stream<String> following(String position) {
        return query.after() == null
                ? Stream.of()
                : Stream.of("(" + position + ") " + (query.ascending() ? ">" : "<") + " (c.at, c.id)");
    }

    /** What the indexes begin with. */
    private Stream<String> keys(Where where) {
        return Stream.of(isTagged() ? tag(where) : status(where));
    }

    private String tag(Where where) {
        List<String> tags = query.tags();
        return tags.size() == 1
                ? "e.key = " + where.argument(tags.get(0))
                : "e.key = any (" + where.argument(tags.toArray(String[]::new)) + ")";
    }

    private Stream<String> present(Where where) {
        return Stream.of("e.flow_id = " + where.argument(flow.value()), "e.deleted_at is null");
    }

    private Stream<String> conditions(Where where) {
        return Stream.of(
                        present(where),
                        isTagged() && isByStatus() ? Stream.of(status(where)) : Stream.<String>of(),
                        Stream.concat(created(where), updated(where)).map(Bound::holds))
                .flatMap(each -> each);
    }

    private String status(Where where) {
        return anyOf(where, query::shows);
    }

    private Stream<Bound> created(Where where) {
        return Stream.concat(
                after(where, source.createdAt, query.createdAfter()),
                before(where, source.createdAt, query.createdBefore()));
    }

    private Stream<Bound> updated(Where where) {
        return Stream.concat(
                after(where, source.updatedAt, query.updatedAfter()),
                before(where, source.updatedAt, query.updatedBefore()));
    }

    private static Stream<Bound> after(Where where, String column, @Nullable Instant time) {
        return bound(where, column, time, " >= ", " < ");
    }

    private static Stream<Bound> before(Where where, String column, @Nullable Instant time) {
        return bound(where, column, time, " <= ", " > ");
    }

    private static Stream<Bound> bound(
            Where where, String column, @Nullable Instant time, String holds, String opposite) {
        if (time == null) {
            return Stream.of();
        }
        String argument = time(where, time);
        return Stream.of(new Bound(column + holds + argument, column + opposite + argument));
    }

    private static String time(Where where, Instant time) {
        return where.argument(time.atOffset(ZoneOffset.UTC));
    }

    private String anyOf(Where where, Predicate<ExecutionStatus> shown) {
        return source.status + " = any (" + where.argument(codes(shown)) + ")";
    }

    private String[] statuses() {
        return codes(query::shows);
    }

    private static String[] codes(Predicate<ExecutionStatus> shown) {
        return Stream.of(ExecutionStatus.values())
                .filter(shown)
                .map(ExecutionStatus::code)
                .toArray(String[]::new);
    }

    @SafeVarargs
    private static String and(Stream<String>... conditions) {
        return Stream.of(conditions).flatMap(each -> each).collect(Collectors.joining(" and "));
    }
}

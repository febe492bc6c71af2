package dev.reflow.persistence;

import dev.reflow.execution.ExecutionQuery;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.flow.FlowId;
import dev.reflow.organization.OrganizationId;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The statements behind one list of executions. A page is merged from the beginnings of sorted parts, one part for each
 * status or tag that is asked for, so that its price is that of the page, wherever it is and however rare what it shows.
 */
final class ExecutionList {
    /** So many executions are looked up and sorted faster than the others are skipped. */
    private static final long FEW = 5_000;

    private final OrganizationId organization;
    private final FlowId flow;
    private final ExecutionQuery query;
    private final String sort;
    private final String direction;

    record Statement(String sql, Tuple arguments) {}

    /** A condition on executions, and what holds where it does not. Arguments are those of what is asked for only. */
    private record Filter(Supplier<String> condition, Supplier<String> opposite) {
        String holds() {
            return condition.get();
        }
    }

    ExecutionList(OrganizationId organization, FlowId flow, ExecutionQuery query) {
        this.organization = organization;
        this.flow = flow;
        this.query = query;
        sort = query.byUpdatedAt() ? "updated_at" : "created_at";
        direction = query.ascending() ? "asc" : "desc";
    }

    boolean isFiltered() {
        return isTagged() || isFilteredByMore();
    }

    boolean isTagged() {
        return !query.tags().isEmpty();
    }

    private boolean isFilteredByMore() {
        return statuses().length < ExecutionStatus.values().length
                || Stream.of(query.createdAfter(), query.createdBefore(), query.updatedAfter(), query.updatedBefore())
                        .anyMatch(Objects::nonNull);
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

    /** Counts one by one. */
    Statement count() {
        Where where = new Where();
        return new Statement("select count(*) from (" + matching(where) + ") one", where.arguments());
    }

    /** The plan of that, with how many it expects. */
    Statement estimate() {
        Where where = new Where();
        return new Statement("explain (format json) " + matching(where), where.arguments());
    }

    private String matching(Where where) {
        if (!isTagged()) {
            return "select from flow_execution e where " + and(present(where), conditions(where));
        }
        String more = isFilteredByMore() ? " and " + and(present(where), conditions(where)) : "";
        return "select distinct t.execution_created_at, t.flow_execution_id from task_tag t"
                + (more.isEmpty() ? "" : " join flow_execution e on e.id = t.flow_execution_id") + " where "
                + and(tagged(where)) + more;
    }

    /** The same by counting the others: those that the first filter leaves out, then the second, and so on. */
    Statement countOfOthers() {
        Where where = new Where();
        List<Filter> filters = filters(where);
        String others = IntStream.range(0, filters.size())
                .mapToObj(i -> " - (select count(*) from flow_execution e where "
                        + and(
                                present(where),
                                filters.subList(0, i).stream().map(Filter::holds),
                                Stream.of(filters.get(i).opposite().get()))
                        + ")")
                .collect(Collectors.joining());
        return new Statement("select " + all(where) + others, where.arguments());
    }

    /** The page's executions, in its order. */
    Statement page(long total) {
        Where where = new Where();
        long offset = query.after() == null ? (query.page() - 1L) * query.pageSize() : 0;
        String order = " order by at " + direction + ", id " + direction + " limit ";
        String found = isSorted(total) ? sorted(where) : merged(where, order + (offset + query.pageSize()));
        return new Statement(
                "select " + FlowExecutionRows.COLUMNS + " from (" + found + order + query.pageSize() + " offset "
                        + offset + ") p join flow_execution e on e.id = p.id and e.organization_id = "
                        + where.argument(organization.value()) + " order by p.at " + direction + ", p.id " + direction,
                where.arguments());
    }

    /** Whether all that there are have to be sorted. No index has those of a tag in the order of their last change. */
    private boolean isSorted(long total) {
        return isFiltered() && total <= FEW || isTagged() && query.byUpdatedAt();
    }

    private String sorted(Where where) {
        return "with found as materialized (select e.id, e." + sort + " as at from flow_execution e where "
                + and(present(where), conditions(where), isTagged() ? Stream.of(hasTag(where)) : Stream.of())
                + ") select l.id, l.at from " + cursor(where) + "found l where "
                + and(Stream.of("true"), following("l.at, l.id"));
    }

    private String merged(Where where, String end) {
        String keys = where.argument(isTagged() ? query.tags().toArray(String[]::new) : statuses());
        return "select distinct l.id, l.at from " + cursor(where) + "unnest(" + keys
                + "::text[]) as k (key) cross join lateral (" + (isTagged() ? ofTag(where) : ofStatus(where)) + end
                + ") l";
    }

    /** What the page follows. */
    private String cursor(Where where) {
        return query.after() == null
                ? ""
                : "(select c.id, c." + sort + " as at from flow_execution c where c.id = "
                        + where.argument(query.after()) + " and c.flow_id = " + where.argument(flow.value())
                        + ") c cross join ";
    }

    private String ofStatus(Where where) {
        return "select e.id, e." + sort + " as at from flow_execution e where "
                + and(
                        present(where),
                        Stream.of("e.status = k.key"),
                        bounds(where).map(Filter::holds),
                        implied(where),
                        following("e." + sort + ", e.id"));
    }

    private String ofTag(Where where) {
        return "select distinct t.flow_execution_id as id, t.execution_created_at as at from task_tag t"
                + " join flow_execution e on e.id = t.flow_execution_id where "
                + and(
                        Stream.of("t.flow_id = " + where.argument(flow.value())),
                        Stream.of("t.key = k.key", "t.deleted_at is null"),
                        conditions(where),
                        following("t.execution_created_at, t.flow_execution_id"));
    }

    /** What a bound of the other time says of the one that the parts are in the order of: none changes before it is there. */
    private Stream<String> implied(Where where) {
        Stream<Filter> bound = query.byUpdatedAt()
                ? after(where, "e.updated_at", query.createdAfter())
                : before(where, "e.created_at", query.updatedBefore());
        return bound.map(Filter::holds);
    }

    /** What comes after the cursor. A comparison with a sub-query instead would not be looked up in an index. */
    private Stream<String> following(String position) {
        return query.after() == null
                ? Stream.of()
                : Stream.of("(" + position + ") " + (query.ascending() ? ">" : "<") + " (c.at, c.id)");
    }

    private Stream<String> tagged(Where where) {
        return Stream.of("t.flow_id = " + where.argument(flow.value()), tag(where), "t.deleted_at is null");
    }

    /** One tag's executions come in the order of the index, so that doubles are found without sorting. */
    private String tag(Where where) {
        List<String> tags = query.tags();
        return tags.size() == 1
                ? "t.key = " + where.argument(tags.get(0))
                : "t.key = any (" + where.argument(tags.toArray(String[]::new)) + ")";
    }

    private String hasTag(Where where) {
        return "exists (select from task_tag t where t.flow_execution_id = e.id"
                + " and t.execution_created_at = e.created_at and " + and(tagged(where)) + ")";
    }

    private Stream<String> present(Where where) {
        return Stream.of("e.flow_id = " + where.argument(flow.value()), "e.deleted_at is null");
    }

    private Stream<String> conditions(Where where) {
        return filters(where).stream().map(Filter::holds);
    }

    private List<Filter> filters(Where where) {
        List<Filter> filters = new ArrayList<>();
        filters.add(new Filter(() -> anyOf(where, query::shows), () -> anyOf(where, status -> !query.shows(status))));
        bounds(where).forEach(filters::add);
        return filters;
    }

    private Stream<Filter> bounds(Where where) {
        return Stream.of(
                        after(where, "e.created_at", query.createdAfter()),
                        before(where, "e.created_at", query.createdBefore()),
                        after(where, "e.updated_at", query.updatedAfter()),
                        before(where, "e.updated_at", query.updatedBefore()))
                .flatMap(each -> each);
    }

    private static Stream<Filter> after(Where where, String column, @Nullable Instant time) {
        return bound(where, column, time, " >= ", " < ");
    }

    private static Stream<Filter> before(Where where, String column, @Nullable Instant time) {
        return bound(where, column, time, " <= ", " > ");
    }

    private static Stream<Filter> bound(
            Where where, String column, @Nullable Instant time, String holds, String opposite) {
        if (time == null) {
            return Stream.of();
        }
        String argument = where.argument(time.atOffset(ZoneOffset.UTC));
        return Stream.of(new Filter(() -> column + holds + argument, () -> column + opposite + argument));
    }

    private static String anyOf(Where where, Predicate<ExecutionStatus> shown) {
        return "e.status = any (" + where.argument(codes(shown)) + ")";
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

package dev.reflow.persistence;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The arguments of a call that takes many requests at once: one array for each member of a request. */
final class Columns<R> {
    private final List<R> requests;
    private final Tuple arguments = Tuple.tuple();

    Columns(List<R> requests) {
        this.requests = requests;
    }

    Columns<R> uuids(Function<R, @Nullable UUID> member) {
        arguments.addArrayOfUUID(requests.stream().map(member).toArray(UUID[]::new));
        return this;
    }

    Columns<R> texts(Function<R, @Nullable String> member) {
        arguments.addArrayOfString(requests.stream().map(member).toArray(String[]::new));
        return this;
    }

    Columns<R> ints(Function<R, Integer> member) {
        arguments.addArrayOfInteger(requests.stream().map(member).toArray(Integer[]::new));
        return this;
    }

    Columns<R> longs(Function<R, Long> member) {
        arguments.addArrayOfLong(requests.stream().map(member).toArray(Long[]::new));
        return this;
    }

    Columns<R> booleans(Function<R, Boolean> member) {
        arguments.addArrayOfBoolean(requests.stream().map(member).toArray(Boolean[]::new));
        return this;
    }

    Columns<R> times(Function<R, @Nullable OffsetDateTime> member) {
        arguments.addArrayOfOffsetDateTime(requests.stream().map(member).toArray(OffsetDateTime[]::new));
        return this;
    }

    Tuple arguments() {
        return arguments;
    }
}

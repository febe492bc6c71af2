package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A value that has been read, and what to do where there is none. Null and nothing are the same, except to a required value. */
public class Read<T> {
    private final Field field;
    private final Complaint wrongType;
    private final T placeholder;
    private @Nullable T value;
    private boolean faulty;

    Read(Field field, Complaint wrongType, T placeholder, Reader<T> reader) {
        this.field = field;
        this.wrongType = wrongType;
        this.placeholder = placeholder;
        var node = field.node();
        if (node != null && !node.isNull()) {
            try {
                value = reader.read(node);
            } catch (Unreadable e) {
                fail(e.complaint());
            }
        }
    }

    private <S> Read(Read<S> read, Function<? super S, ? extends T> mapping) {
        field = read.field;
        wrongType = read.wrongType;
        placeholder = mapping.apply(read.placeholder);
        S source = read.value;
        value = source == null ? null : mapping.apply(source);
        faulty = read.faulty;
    }

    /** @param mapping is also applied to a placeholder, so it has to accept any value of the type */
    public <R> Read<R> map(Function<? super T, ? extends R> mapping) {
        return new Read<>(this, mapping);
    }

    /** Keeps the value if it holds; a value has one fault at most. */
    final void require(Predicate<T> holds, Complaint complaint) {
        T given = value;
        if (given != null && !holds.test(given)) {
            value = null;
            fail(complaint);
        }
    }

    public T required() {
        T given = value;
        if (given != null) {
            return given;
        }
        if (!faulty) {
            fail(field.node() == null ? Complaint.MISSING : wrongType);
        }
        return placeholder;
    }

    public T or(T fallback) {
        T given = value;
        return given == null ? fallback : given;
    }

    public @Nullable T orNull() {
        return value;
    }

    private void fail(Complaint complaint) {
        faulty = true;
        field.fault(complaint);
    }

    @FunctionalInterface
    interface Reader<T> {
        T read(JsonNode node) throws Unreadable;
    }
}

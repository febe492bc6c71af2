package dev.reflow.persistence;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufUtil;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.pgclient.PgException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Carries what many want of the database at the same moment in one call, and so in one commit. A call leaves at once
 * while fewer than two are under way; what comes meanwhile goes together with the next one.
 */
final class GroupCommit {
    static final int MOST_CALLS = 2;
    static final int MOST_ROWS = 128;
    static final int MOST_BYTES = 4 << 20;

    /**
     * What may be the fault of one request among many: it waited too long for its row, or for too many others, or it
     * comes upon something that the database cannot do.
     */
    private static final Set<String> OF_ONE = Set.of("55P03", "57014", "40P01");

    private static final AttributeKey<Long> ROWS = AttributeKey.longKey("reflow.group_commit.rows");

    private final MeterRegistry registry;
    private final CallSpans spans;
    private final List<Lane<?, ?>> lanes = new ArrayList<>();
    private int calls;
    private long arrivals;

    GroupCommit(MeterRegistry registry, CallSpans spans) {
        this.registry = registry;
        this.spans = spans;
    }

    /**
     * Adds a kind of request.
     *
     * @param name by which it is counted and traced
     * @param shape what a call has to know of the requests
     * @param call answers each request, in their order
     */
    synchronized <R, A> Lane<R, A> lane(String name, Shape<R> shape, Function<List<R>, Uni<List<A>>> call) {
        Lane<R, A> lane = new Lane<>(this, name, shape, call);
        lanes.add(lane);
        return lane;
    }

    /**
     * @param order in which requests are to lock their rows
     * @param bytes how much a request carries
     * @param exclusive of two requests with the same value, a call takes only one; null for no such rule
     */
    record Shape<R>(
            Comparator<R> order,
            ToLongFunction<R> bytes,
            @Nullable Function<R, Object> exclusive) {}

    /** How much a text is when it is sent. */
    static long bytes(@Nullable String text) {
        return text == null ? 0 : ByteBufUtil.utf8Bytes(text);
    }

    /** Requests of one kind. */
    static final class Lane<R, A> {
        private final GroupCommit group;
        private final String name;
        private final CommitMeters meters;
        private final Shape<R> shape;
        private final Function<List<R>, Uni<List<A>>> call;
        private final Deque<Waiting<R, A>> waiting = new ArrayDeque<>();

        private Lane(GroupCommit group, String name, Shape<R> shape, Function<List<R>, Uni<List<A>>> call) {
            this.group = group;
            this.name = name;
            this.meters = new CommitMeters(group.registry, name);
            this.shape = shape;
            this.call = call;
        }

        /** Each subscription is a request. */
        Uni<A> submit(R request) {
            return group.spans.of(
                    name,
                    span -> Uni.createFrom().emitter(emitter -> {
                        synchronized (group) {
                            waiting.add(
                                    new Waiting<>(request, emitter, span, false, group.arrivals++, System.nanoTime()));
                        }
                        group.send();
                    }));
        }

        /** The next call's requests, in the order of their rows; the others keep their places. */
        private List<Waiting<R, A>> take() {
            if (waiting.element().alone()) {
                return List.of(waiting.remove());
            }
            List<Waiting<R, A>> taken = new ArrayList<>();
            Set<Object> seen = new HashSet<>();
            long bytes = 0;
            for (Iterator<Waiting<R, A>> all = waiting.iterator(); all.hasNext() && taken.size() < MOST_ROWS; ) {
                Waiting<R, A> next = all.next();
                bytes += shape.bytes().applyAsLong(next.request());
                if (!taken.isEmpty() && bytes > MOST_BYTES) {
                    break;
                }
                if (shape.exclusive() == null || seen.add(shape.exclusive().apply(next.request()))) {
                    taken.add(next);
                    all.remove();
                }
            }
            taken.sort(Comparator.comparing(Waiting::request, shape.order()));
            return taken;
        }

        private void carry(List<Waiting<R, A>> batch) {
            long now = System.nanoTime();
            Attributes together = Attributes.of(ROWS, (long) batch.size());
            batch.forEach(request -> {
                meters.waited(now - request.since());
                request.span().addEvent("sent", together);
            });
            call(batch, group::ended, failure -> {
                if (batch.size() > 1 && mayBeOfOne(failure)) {
                    oneByOne(batch);
                } else {
                    batch.forEach(request -> request.emitter().fail(failure));
                }
                group.ended();
            });
        }

        /**
         * One request that cannot be carried out must not keep the others from it. Each is the next to leave, alone; while
         * one waits for its row, the others pass it by in the other call.
         */
        private void oneByOne(List<Waiting<R, A>> batch) {
            synchronized (group) {
                for (int i = batch.size() - 1; i >= 0; i--) {
                    waiting.addFirst(batch.get(i).byItself());
                }
            }
        }

        private void call(List<Waiting<R, A>> batch, Runnable answered, Consumer<Throwable> failed) {
            List<R> requests = batch.stream().map(Waiting::request).toList();
            long began = System.nanoTime();
            Uni.createFrom()
                    .deferred(() -> call.apply(requests))
                    .onItemOrFailure()
                    .invoke((answers, failure) ->
                            meters.carried(batch.size(), failure == null, System.nanoTime() - began))
                    .subscribe()
                    .with(
                            answers -> {
                                answered.run(); // the next call does not wait until all have heard of this one
                                for (int i = 0; i < batch.size(); i++) {
                                    batch.get(i).emitter().complete(answers.get(i));
                                }
                            },
                            failure -> failed.accept(said(failure)));
        }
    }

    /**
     * @param alone whether it has to have a call of its own
     * @param since in the time of {@link System#nanoTime}
     */
    private record Waiting<R, A>(
            R request, UniEmitter<? super A> emitter, Span span, boolean alone, long arrival, long since) {
        Waiting<R, A> byItself() {
            return new Waiting<>(request, emitter, span, true, arrival, System.nanoTime());
        }
    }

    private void send() {
        for (Optional<Runnable> next = next(); next.isPresent(); next = next()) {
            next.get().run();
        }
    }

    private synchronized Optional<Runnable> next() {
        if (calls >= MOST_CALLS) {
            return Optional.empty();
        }
        Optional<Runnable> next = lanes.stream()
                .filter(lane -> !lane.waiting.isEmpty())
                .min(Comparator.comparingLong(lane -> lane.waiting.element().arrival()))
                .map(GroupCommit::nextCall);
        next.ifPresent(call -> calls++);
        return next;
    }

    private static <R, A> Runnable nextCall(Lane<R, A> lane) {
        List<Waiting<R, A>> batch = lane.take();
        return () -> lane.carry(batch);
    }

    private void ended() {
        synchronized (this) {
            calls--;
        }
        send();
    }

    private static boolean mayBeOfOne(Throwable failure) {
        return failure instanceof IllegalArgumentException
                || (failure instanceof PgException refused
                        && refused.getSqlState() != null
                        && (OF_ONE.contains(refused.getSqlState())
                                || refused.getSqlState().startsWith("XX")));
    }

    /** A value that the database cannot hold will not become one that it can. */
    private static Throwable said(Throwable failure) {
        if (failure instanceof PgException refused && refused.getSqlState() != null) {
            String state = refused.getSqlState();
            if (state.startsWith("22") || state.startsWith("23") || state.startsWith("54")) {
                return new IllegalArgumentException(refused.getErrorMessage(), refused);
            }
        }
        return failure;
    }
}

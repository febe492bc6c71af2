package dev.reflow.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.TracerProvider;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.pgclient.PgException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls whose answers come when the test says so. */
class GroupCommitTest {
    private final List<Call> calls = new ArrayList<>();
    private final Map<Integer, Object> answers = new TreeMap<>();
    private GroupCommit.Lane<Request, Integer> lane = lane(null);

    private record Request(int row, long bytes) {}

    private record Call(List<Integer> rows, UniEmitter<? super List<Integer>> emitter) {
        void succeed() {
            emitter.complete(rows.stream().map(row -> row * 10).toList());
        }

        void fail(Throwable failure) {
            emitter.fail(failure);
        }
    }

    private GroupCommit.Lane<Request, Integer> lane(@Nullable Function<Request, Object> exclusive) {
        return new GroupCommit(
                        new SimpleMeterRegistry(),
                        new CallSpans(TracerProvider.noop().get("untraced")))
                .lane(
                        "test",
                        new GroupCommit.Shape<>(Comparator.comparing(Request::row), Request::bytes, exclusive),
                        requests -> Uni.createFrom()
                                .emitter(emitter -> calls.add(new Call(
                                        requests.stream().map(Request::row).toList(), emitter))));
    }

    private void submit(int row) {
        submit(row, 0);
    }

    private void submit(int row, long bytes) {
        lane.submit(new Request(row, bytes))
                .subscribe()
                .with(answer -> answers.put(row, answer), failure -> answers.put(row, failure));
    }

    private void submitAll(int from, int to) {
        IntStream.range(from, to).forEach(this::submit);
    }

    /** Requests that leave at once, so that all others wait. */
    private void occupy() {
        submit(-1);
        submit(-2);
        assertThat(calls).hasSize(GroupCommit.MOST_CALLS);
    }

    private Call last() {
        return calls.get(calls.size() - 1);
    }

    @Test
    void loneRequestLeavesAtOnce() {
        submit(1);
        assertThat(calls).extracting(Call::rows).containsExactly(List.of(1));

        last().succeed();
        assertThat(answers).containsEntry(1, 10);
    }

    @Test
    void twoCallsAreUnderWayAndTheOthersGoTogetherInTheOrderOfTheirRows() {
        occupy();
        List.of(3, 1, 2).forEach(this::submit);
        assertThat(calls).hasSize(2);

        calls.get(0).succeed();
        assertThat(calls).hasSize(3);
        assertThat(last().rows()).containsExactly(1, 2, 3);
        last().succeed();
        assertThat(answers).containsEntry(1, 10).containsEntry(2, 20).containsEntry(3, 30);
    }

    @Test
    void callTakesSoManyRows() {
        occupy();
        submitAll(0, GroupCommit.MOST_ROWS + 1);

        calls.get(0).succeed();
        assertThat(last().rows()).hasSize(GroupCommit.MOST_ROWS);
        calls.get(1).succeed();
        assertThat(last().rows()).containsExactly(GroupCommit.MOST_ROWS);
    }

    @Test
    void callTakesSoManyBytesButAtLeastOneRow() {
        occupy();
        submit(1, GroupCommit.MOST_BYTES + 1L);
        submit(2, GroupCommit.MOST_BYTES / 2);
        submit(3, GroupCommit.MOST_BYTES / 2);
        submit(4, 1);

        calls.get(0).succeed();
        assertThat(last().rows()).containsExactly(1);
        calls.get(1).succeed();
        assertThat(last().rows()).containsExactly(2, 3);
    }

    @Test
    void bytesAreThoseThatAreSent() {
        assertThat(GroupCommit.bytes("aé€😀")).isEqualTo(1 + 2 + 3 + 4);
        assertThat(GroupCommit.bytes(null)).isZero();
    }

    @Test
    void callTakesOneOfThoseThatExcludeEachOther() {
        lane = lane(request -> request.row() % 10);
        occupy();
        List.of(1, 11, 2).forEach(this::submit);

        calls.get(0).succeed();
        assertThat(last().rows()).containsExactly(1, 2);
        calls.get(1).succeed();
        assertThat(last().rows()).containsExactly(11);
    }

    /** Bad data, a lock that somebody holds, a statement that takes too long, a deadlock, a defect of the database. */
    @ParameterizedTest
    @ValueSource(strings = {"22P05", "23505", "54000", "55P03", "57014", "40P01", "XX000"})
    void oneThatFailsDoesNotKeepTheOthersFromIt(String state) {
        occupy();
        submitAll(1, 4);
        calls.get(0).succeed();
        Call together = last();
        assertThat(together.rows()).containsExactly(1, 2, 3);
        submit(4);

        together.fail(refusal(state));
        assertThat(last().rows()).containsExactly(1);
        calls.get(1).succeed();
        assertThat(last().rows()).containsExactly(2);
        last().succeed(); // while the first still waits
        assertThat(last().rows()).containsExactly(3);
        last().succeed();
        assertThat(last().rows()).containsExactly(4);
        assertThat(answers).containsEntry(2, 20).containsEntry(3, 30).doesNotContainKey(1);

        calls.get(3).fail(refusal(state));
        assertThat(answers.get(1)).isInstanceOf(Throwable.class);
    }

    private static PgException refusal(String state) {
        return new PgException("refused", "ERROR", state, null);
    }

    /** Where the connection is lost, nobody knows what was done: each may ask again. */
    @Test
    void callWithoutAnAnswerIsNotRepeated() {
        occupy();
        submitAll(1, 3);
        calls.get(0).succeed();

        last().fail(new IllegalStateException("the connection is closed"));
        assertThat(calls).hasSize(3);
        assertThat(answers.get(1)).isEqualTo(answers.get(2)).isInstanceOf(IllegalStateException.class);
    }
}

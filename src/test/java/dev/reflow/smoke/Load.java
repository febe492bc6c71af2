package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.FlowBuilder;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Clients that do everything one can do with executions, all at once, whatever they are answered. */
final class Load implements AutoCloseable {
    private static final int CLIENTS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(60);

    private final LoadFlows flows;
    private final Supplier<ReflowClient> clients;
    private final Promises promises = new Promises();
    private final Map<String, String> flowIds = new ConcurrentHashMap<>();
    private final List<String> executions = new CopyOnWriteArrayList<>();
    private final Queue<String> waiting = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
    private final AtomicInteger number = new AtomicInteger();
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(CLIENTS);

    /** Something that is asked of a service. */
    private interface Request {
        /** Answers the status. */
        int send(ReflowClient client, Random random) throws IOException, InterruptedException;
    }

    /** @param clients of any process that is up */
    Load(LoadFlows flows, Supplier<ReflowClient> clients) throws IOException, InterruptedException {
        this.flows = flows;
        this.clients = () -> clients.get().within(PATIENCE);
        for (String kind : LoadFlows.KINDS) {
            if (!flowIds.containsKey(kind)) {
                flowIds.put(kind, clients.get().createFlow(flows.flow(kind, 1)));
            }
        }
    }

    void begin() {
        for (int i = 0; i < CLIENTS; i++) {
            Random random = new Random(i);
            threads.scheduleWithFixedDelay(
                    () -> attempt(any(random), random), i * 7L, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Waits until so many more requests were answered as done. */
    void awaitMore(int requests) {
        int before = promises.kept();
        await("requests under load").atMost(Duration.ofSeconds(60)).until(() -> promises.kept() >= before + requests);
    }

    /** Waits until enough requests of each kind were answered as done. */
    void awaitEach() {
        await("requests of each kind").atMost(Duration.ofSeconds(60)).until(() -> promises.rarest() >= Promises.LEAST);
    }

    String[] flows() {
        return flowIds.values().toArray(String[]::new);
    }

    /** The flows of which executions, and their tasks, have no reason to fail. */
    String[] flowsThatSucceed() {
        return flowIds.entrySet().stream()
                .filter(flow -> !LoadFlows.FAILING.equals(flow.getKey()) && !LoadFlows.ONCE.equals(flow.getKey()))
                .map(Map.Entry::getValue)
                .toArray(String[]::new);
    }

    /** The flow of which executions fail only when their process has died. */
    String flowOfWhichAttemptsAreNotRepeated() {
        return flowIds.get(LoadFlows.ONCE);
    }

    /** Ends the load, and sends what executions still wait for, also those of which no client has heard. */
    Promises end(CrashingDatabase database) throws InterruptedException, SQLException {
        threads.shutdown();
        if (!threads.awaitTermination(40, TimeUnit.SECONDS)) {
            throw new AssertionError("a request has neither been answered nor failed");
        }
        waiting.addAll(database.texts(
                "select id::text from flow_execution where flow_id::text = ? and active and id::text <> all (?)",
                flowIds.get(LoadFlows.WAITING),
                waiting.toArray(String[]::new)));
        Random random = new Random(0);
        await("the last deliveries").atMost(Duration.ofSeconds(30)).until(() -> {
            attempt(this::endWaiting, random);
            return waiting.isEmpty();
        });
        assertThat(surprises).as("answers that nobody should get").isEmpty();
        return promises;
    }

    private void attempt(Request request, Random random) {
        try {
            int status = request.send(clients.get(), random);
            if (status >= 500) {
                promises.unknown();
            } else if (status == 409) {
                promises.refused();
            } else if (status >= 400) {
                throw new AssertionError("answered with " + status);
            }
        } catch (IOException e) {
            promises.unknown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            surprises.add(e);
        }
    }

    private Request any(Random random) {
        int choice = random.nextInt(100);
        if (choice < 40 || executions.isEmpty()) {
            return this::start;
        }
        if (choice < 70) {
            return this::reExecute;
        }
        if (choice < 80) {
            return this::endWaiting;
        }
        return choice < 97 ? this::edit : this::publish;
    }

    private int start(ReflowClient client, Random random) throws IOException, InterruptedException {
        String kind = LoadFlows.KINDS.get(random.nextInt(LoadFlows.KINDS.size()));
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("flow_id", flowIds.get(kind));
        body.putObject("input").put("number", number.incrementAndGet());
        ReflowClient.Answer answer = client.post("/api/flow-executions", body);
        if (answer.status() == 201) {
            String execution = answer.json().path("id").textValue();
            promises.started(execution);
            (kind.equals(LoadFlows.WAITING) ? waiting : executions).add(execution);
        }
        return answer.status();
    }

    private String execution(Random random) {
        int size = executions.size();
        return executions.get(size - 1 - random.nextInt(Math.min(size, 30)));
    }

    private int reExecute(ReflowClient client, Random random) throws IOException, InterruptedException {
        String execution = execution(random);
        String key = "load-" + number.incrementAndGet();
        boolean onlyStale = random.nextBoolean();
        ReflowClient.Answer answer = client.reExecute(execution, onlyStale, key);
        if (answer.status() >= 500) {
            promises.unknown();
            answer = clients.get().reExecute(execution, onlyStale, key);
        }
        if (answer.status() == 204) {
            promises.reExecuted(execution, answer.generation());
        }
        return answer.status();
    }

    /** Cancels it, or sends what it waits for; again and again until that is answered. */
    private int endWaiting(ReflowClient client, Random random) throws IOException, InterruptedException {
        String execution = waiting.poll();
        if (execution == null) {
            return 204;
        }
        boolean cancels = execution.hashCode() % 2 == 0;
        boolean done = false;
        try {
            ReflowClient.Answer answer = cancels ? cancel(client, execution) : deliver(client, execution);
            done = answer.status() < 300;
            return answer.status();
        } finally {
            if (!done) {
                waiting.add(execution);
            }
        }
    }

    private ReflowClient.Answer cancel(ReflowClient client, String execution) throws IOException, InterruptedException {
        ReflowClient.Answer answer =
                client.post("/api/flow-executions/" + execution + "/cancel", JsonNodeFactory.instance.objectNode());
        if (answer.status() == 204) {
            promises.cancelled(execution);
        }
        return answer;
    }

    private ReflowClient.Answer deliver(ReflowClient client, String execution)
            throws IOException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("task_name", "answer");
        body.putObject("data").put("data", "for-" + execution);
        ReflowClient.Answer answer = client.post("/api/flow-executions/" + execution + "/webhook-data", body);
        if (answer.status() == 200) {
            promises.delivered(execution, "for-" + execution);
        }
        return answer;
    }

    private int edit(ReflowClient client, Random random) throws IOException, InterruptedException {
        ReflowClient.Answer listed = client.get("/api/task-executions?flow_execution_id=" + execution(random));
        if (listed.status() != 200) {
            return listed.status();
        }
        for (JsonNode task : listed.json().path("task_executions")) {
            if (task.path("task_name").textValue().equals("call")
                    && task.path("processing_status").textValue().equals("completed")) {
                return edit(client, (ObjectNode) task, random);
            }
        }
        return 204;
    }

    /** Another result, or only the wish that it is made again: then what depends on it may stay as it is. */
    private int edit(ReflowClient client, ObjectNode task, Random random) throws IOException, InterruptedException {
        if (random.nextInt(3) == 0) {
            task.put("stale_status", "stale");
            return client.put("/api/task-executions?execute_flow=true", task).status();
        }
        task.set(
                "output",
                FlowBuilder.json(
                        "{'status': 200, 'headers': {}, 'body': {'amount': " + number.incrementAndGet() + "}}"));
        task.remove("updated_at"); // the last one wins
        ReflowClient.Answer answer = client.put("/api/task-executions?execute_flow=" + random.nextBoolean(), task);
        if (answer.status() == 200) {
            promises.edited(task.path("id").textValue());
        }
        return answer.status();
    }

    private int publish(ReflowClient client, Random random) throws IOException, InterruptedException {
        String kind = LoadFlows.KINDS.get(random.nextInt(LoadFlows.KINDS.size()));
        String flow = flowIds.get(kind);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("definition", flows.flow(kind, number.incrementAndGet()).json());
        ReflowClient.Answer answer = client.put("/api/flows/" + flow + "/definition", body);
        if (answer.status() == 200) {
            promises.published(flow, answer.json().path("version").intValue());
        }
        return answer.status();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}

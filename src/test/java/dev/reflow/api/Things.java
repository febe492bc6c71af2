package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** One thing of each kind that requests name, with the ids by the names that they have there. */
final class Things {
    private Things() {}

    /** @param creator of the flow and of what belongs to it; the definition is the one of the document's examples */
    static Map<String, String> of(ApiClient creator, ApiClient administrator, String visibility) {
        Map<String, String> ids = new HashMap<>();
        ObjectNode flow = example();
        String flowId = json(creator.post("/api/flows", flow.put("visibility", visibility)), 201)
                .path("id")
                .textValue();
        String execution = creator.start(flowId, "{'name': 'Ada'}");
        creator.awaitStatus(execution, "completed");
        ids.put("organization_id", creator.organization().toString());
        ids.put("flow_id", flowId);
        ids.put("flow_execution_id", execution);
        String attempt = creator.task(execution, "greeting").path("id").textValue();
        ids.put("task_execution_id", attempt);
        ids.put("task_output_id", attempt);
        JsonNode name = JsonNodeFactory.instance.objectNode().put("name", "a thing");
        String account = json(administrator.post("/api/service-accounts", name), 201)
                .path("id")
                .textValue();
        ids.put("service_account_id", account);
        ids.put(
                "api_key_id",
                json(administrator.post("/api/service-accounts/" + account + "/api-keys", name), 201)
                        .path("id")
                        .textValue());
        return Map.copyOf(ids);
    }

    private static ObjectNode example() {
        try {
            return (ObjectNode) new ObjectMapper().readTree(Examples.FLOW_CREATE);
        } catch (JsonProcessingException e) {
            throw new AssertionError("the document's example is no JSON", e);
        }
    }

    /** Ids that nobody has. */
    static Map<String, String> absent(Map<String, String> likeThese) {
        Map<String, String> ids = new HashMap<>(likeThese);
        ids.replaceAll((name, id) -> UUID.randomUUID().toString());
        return Map.copyOf(ids);
    }

    /** The same things, said to be of an organization. */
    static Map<String, String> saidToBeOf(ApiClient organization, Map<String, String> things) {
        Map<String, String> ids = new HashMap<>(things);
        ids.put("organization_id", organization.organization().toString());
        return Map.copyOf(ids);
    }
}

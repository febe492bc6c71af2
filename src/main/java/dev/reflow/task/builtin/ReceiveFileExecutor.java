package dev.reflow.task.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import dev.reflow.task.TaskExecutor;
import dev.reflow.task.TaskExecutorDescription;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code receive_file}: an execution begins with a file, by content or by address. */
@ApplicationScoped
public class ReceiveFileExecutor implements TaskExecutor {
    private static final Pattern URL = Pattern.compile("https?://[^\\s/?#]+\\S*", Pattern.CASE_INSENSITIVE);
    private static final TaskExecutorDescription DESCRIPTION = new TaskExecutorDescription(
            "receive_file",
            1,
            "Begins an execution with a file, given as base64 content or as a URL; its output describes that file.",
            """
            Use this as the first task of a flow that works on a file. It needs no parameters. Its output is the input \
            of the execution: `file_name`, either `content` (base64) or `url` (http or https), and where known \
            `content_type` and `size`. Other tasks refer to it as {{name_of_this_task.file_name}}. The file behind a \
            `url` is not fetched here; add an http_request task for that.""",
            Parameters.schema("{\"type\": \"object\", \"properties\": {}, \"additionalProperties\": true}"),
            Parameters.schema("""
                    {
                      "type": "object",
                      "properties": {
                        "file_name": {"type": "string", "minLength": 1},
                        "content": {
                          "type": "string",
                          "contentEncoding": "base64",
                          "description": "The file itself, in base64"
                        },
                        "url": {"type": "string", "format": "uri", "description": "Where the file is, http or https"},
                        "content_type": {"type": "string", "description": "Media type, such as application/pdf"},
                        "size": {"type": "integer", "minimum": 0, "description": "In bytes"}
                      },
                      "required": ["file_name"],
                      "oneOf": [{"required": ["content"]}, {"required": ["url"]}],
                      "additionalProperties": true
                    }
                    """),
            Parameters.schema("{\"type\": \"object\", \"description\": \"The execution's input as it came\"}"),
            false,
            false);

    @Override
    public TaskExecutorDescription description() {
        return DESCRIPTION;
    }

    @Override
    public Uni<TaskOutcome> execute(TaskInput input) {
        return Uni.createFrom()
                .item(() -> Parameters.refuse(DESCRIPTION, input)
                        .or(() -> Parameters.refuse("input", checkFlowInput(input.parameters(), input.flowInput())))
                        .orElseGet(() -> new TaskOutcome.Completed(input.flowInput())));
    }

    @Override
    public List<Fault> checkFlowInput(JsonNode parameters, JsonNode input) {
        if (!input.isObject()) {
            return List.of(new Fault(List.of(), "dict_type", "Input should be an object", input));
        }
        List<Fault> faults = new ArrayList<>();
        checkFileName(input, faults);
        checkSource(input, faults);
        typeFault(input, "content_type", "string").ifPresent(faults::add);
        typeFault(input, "size", "integer")
                .or(() -> negative(input.path("size")))
                .ifPresent(faults::add);
        return faults;
    }

    private static void checkFileName(JsonNode input, List<Fault> faults) {
        JsonNode name = input.path("file_name");
        if (name.isMissingNode()) {
            faults.add(new Fault(List.of("file_name"), "missing", "Field required"));
        } else if (!name.isTextual()) {
            faults.add(new Fault(List.of("file_name"), "string_type", "Input should be a string", name));
        } else if (name.textValue().isEmpty()) {
            faults.add(fault("file_name", "string_too_short", "String should have at least 1 character", name));
        }
    }

    private static void checkSource(JsonNode input, List<Fault> faults) {
        JsonNode content = input.path("content");
        JsonNode url = input.path("url");
        if (Parameters.isAbsent(content) && Parameters.isAbsent(url)) {
            faults.add(new Fault(List.of("content"), "missing", "Either content or url is required"));
        } else if (!Parameters.isAbsent(content) && !Parameters.isAbsent(url)) {
            faults.add(fault("url", "value_error", "Give content or url, not both", url));
        }
        typeFault(input, "content", "string").or(() -> notBase64(content)).ifPresent(faults::add);
        typeFault(input, "url", "string").or(() -> notUrl(url)).ifPresent(faults::add);
    }

    private static Optional<Fault> notBase64(JsonNode content) {
        try {
            Base64.getDecoder().decode(content.asText(""));
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(fault("content", "base64_decode", "Input should be base64: " + e.getMessage(), null));
        }
    }

    private static Optional<Fault> notUrl(JsonNode url) {
        return Parameters.isAbsent(url) || URL.matcher(url.textValue()).matches()
                ? Optional.empty()
                : Optional.of(fault("url", "url_parsing", "Input should be an http or https URL", url));
    }

    private static Optional<Fault> negative(JsonNode size) {
        return size.isNumber() && size.decimalValue().signum() < 0
                ? Optional.of(fault("size", "greater_than_equal", "Input should be greater than or equal to 0", size))
                : Optional.empty();
    }

    private static Optional<Fault> typeFault(JsonNode input, String field, String type) {
        JsonNode value = input.path(field);
        return Parameters.isAbsent(value) ? Optional.empty() : ReceivedFields.typeFault(List.of(field), type, value);
    }

    private static Fault fault(String field, String type, String msg, @Nullable JsonNode value) {
        return new Fault(List.of(field), type, msg, value);
    }
}

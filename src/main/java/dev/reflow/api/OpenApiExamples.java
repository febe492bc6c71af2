package dev.reflow.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reflow.error.ReflowException;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/** Shows an answer of each kind: those of success by their schema, those of failure as the service writes them. */
final class OpenApiExamples {
    private static final String REQUEST_ID = "01JYX2K6N7Q0V4B8C9D0E1F2G3";

    private OpenApiExamples() {}

    static void add(Operation operation) {
        operation.getResponses().getAPIResponses().forEach((code, response) -> {
            MediaType json =
                    response.getContent() == null ? null : response.getContent().getMediaType(JsonBody.MEDIA_TYPE);
            if (json != null) {
                Optional<String> example = code.compareTo("400") < 0
                        ? Optional.of(success(json.getSchema()))
                        : failure(Integer.parseInt(code), operation)
                                .map(failure -> ErrorAnswer.body(failure, REQUEST_ID));
                example.ifPresent(text -> json.setExample(read(text)));
            }
        });
    }

    private static String success(Schema schema) {
        if (schema.getItems() != null) {
            return "[" + success(schema.getItems()) + "]";
        }
        String ref = String.valueOf(schema.getRef());
        return Optional.ofNullable(ResponseExamples.BY_SCHEMA.get(ref.substring(ref.lastIndexOf('/') + 1)))
                .orElseThrow(() -> new IllegalStateException("ResponseExamples has no example of " + ref));
    }

    /** Empty for a status that is the platform's and never this service's. */
    private static Optional<ReflowException> failure(int status, Operation operation) {
        ReflowException failure = status == 422 ? wrongForm(operation) : Failures.of(status);
        return Optional.of(failure).filter(each -> each.code().httpStatus() == status);
    }

    private static ReflowException wrongForm(Operation operation) {
        Form form = new Form();
        if (operation.getRequestBody() != null) {
            form.body(new JsonBody(null, null));
        } else {
            misspell(form, operation.getParameters());
        }
        try {
            form.check();
        } catch (ReflowException e) {
            return e;
        }
        throw new IllegalStateException("nothing can be wrong with " + operation.getOperationId());
    }

    private static void misspell(Form form, List<Parameter> parameters) {
        Parameter chosen =
                parameters.stream().filter(OpenApiExamples::isId).findFirst().orElse(parameters.get(0));
        Field field = chosen.getIn() == Parameter.In.PATH
                ? form.path(chosen.getName(), "nope")
                : form.query(chosen.getName(), "nope");
        if (isId(chosen)) {
            field.uuid();
        } else {
            field.integer();
        }
    }

    private static boolean isId(Parameter parameter) {
        return "uuid".equals(parameter.getSchema().getFormat());
    }

    private static Object read(String json) {
        try {
            return new ObjectMapper().readValue(json, Object.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an example is no JSON: " + json, e);
        }
    }
}

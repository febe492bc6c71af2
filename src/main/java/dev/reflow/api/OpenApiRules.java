package dev.reflow.api;

import dev.reflow.execution.ExecutionAction;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;

/**
 * What holds for every operation of the published document, said once: which failures it can answer, what it does by
 * the status of the execution, that a record's {@code @Nullable} members may be null, and that an answer has all of its
 * members.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class OpenApiRules implements OASFilter {
    private static final DotName PACKAGE = DotName.createSimple(OpenApiRules.class.getPackageName());
    private static final DotName NULLABLE = DotName.createSimple("org.jspecify.annotations.Nullable");
    private static final DotName OMITS = DotName.createSimple("com.fasterxml.jackson.annotation.JsonInclude");
    /** Null included; a generator of clients would make a type of its own of a choice between this and null. */
    private static final String ANYTHING = "/AnyJson";

    private static final Map<String, String> FAILURES = Map.ofEntries(
            Map.entry("400", "The request cannot be carried out as it is"),
            Map.entry("401", "Credentials are missing or not valid"),
            Map.entry("402", "The organization's credits are used up; not answered by this version"),
            Map.entry("403", "The caller may not do this"),
            Map.entry("404", "There is nothing of this id that the caller can see"),
            Map.entry("409", "The request conflicts with the current state"),
            Map.entry("412", "What the request builds upon has changed"),
            Map.entry("413", "The body is too large"),
            Map.entry("415", "The body is something else than JSON"),
            Map.entry("422", "The request is malformed; every fault is listed"),
            Map.entry("429", "The caller has sent too many requests"),
            Map.entry("500", "Something unexpected happened; the request id leads to it"),
            Map.entry("503", "The service is not available at the moment"),
            Map.entry("504", "It takes too long, and may be carried out all the same"));

    /** Those that pass by themselves. */
    private static final Set<String> PASSING = Set.of("429", "503");

    /** The operations of which the document tells what happens by the status of the execution. */
    static final Map<String, List<ExecutionAction>> ACTIONS = Map.of(
            "POST /api/flow-executions/{flow_execution_id}/execute",
            List.of(ExecutionAction.EXECUTE, ExecutionAction.EXECUTE_STALE),
            "POST /api/flow-executions/{flow_execution_id}/cancel",
            List.of(ExecutionAction.CANCEL),
            "DELETE /api/flow-executions/{flow_execution_id}",
            List.of(ExecutionAction.DELETE),
            "PUT /api/task-executions",
            List.of(ExecutionAction.EDIT, ExecutionAction.MARK),
            "POST /api/task-executions",
            List.of(ExecutionAction.REPORT),
            "POST /api/flow-executions/{flow_execution_id}/webhook-data",
            List.of(ExecutionAction.SIGNAL),
            "POST /api/flow-executions/{flow_execution_id}/task-status",
            List.of(ExecutionAction.TASK_STATUS));

    private final IndexView index;

    public OpenApiRules(IndexView index) {
        this.index = index;
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getPaths()
                .getPathItems()
                .forEach((path, item) -> item.getOperations().forEach((method, operation) -> {
                    completeOperation(operation);
                    describeActions(ACTIONS.getOrDefault(method + " " + path, List.of()), operation);
                }));
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        schemas.values().forEach(OpenApiRules::completeEnum);
        Map<String, ClassInfo> records = index.getClassesInPackage(PACKAGE).stream()
                .filter(ClassInfo::isRecord)
                .collect(Collectors.toMap(ClassInfo::simpleName, Function.identity()));
        schemas.forEach((name, schema) -> {
            ClassInfo type = records.get(name);
            if (type != null) {
                completeRecord(type, schema);
            }
        });
    }

    private static void completeOperation(Operation operation) {
        APIResponses responses = operation.getResponses();
        everyTime(operation)
                .filter(code -> !responses.hasAPIResponse(code))
                .forEach(code -> responses.addAPIResponse(code, OASFactory.createAPIResponse()));
        responses.getAPIResponses().forEach(OpenApiRules::describeFailure);
        parameters(operation).forEach(OpenApiRules::typeParameter);
        parameters(operation).stream().filter(OpenApiRules::isOptional).forEach(OpenApiRules::allowNull);
        OpenApiExamples.add(operation);
    }

    /** The failures that need no word of the operation's own. */
    private static Stream<String> everyTime(Operation operation) {
        Stream<String> form = operation.getRequestBody() != null
                ? Stream.of("413", "415", "422")
                : parameters(operation).isEmpty() ? Stream.empty() : Stream.of("422");
        return Stream.concat(Stream.of("401", "403", "429", "500", "503", "504"), form)
                .sorted();
    }

    private static void describeActions(List<ExecutionAction> actions, Operation operation) {
        if (!actions.isEmpty()) {
            operation.setDescription(Stream.of(
                            operation.getDescription(),
                            "What happens, by the status of the execution:",
                            ActionTable.markdown(actions))
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining("\n\n")));
        }
    }

    private static void describeFailure(String code, APIResponse response) {
        if (code.compareTo("400") < 0) {
            return;
        }
        if (response.getDescription() == null || response.getDescription().isEmpty()) {
            response.setDescription(FAILURES.getOrDefault(code, "Failure"));
        }
        if (PASSING.contains(code)) {
            response.addHeader(
                    "Retry-After",
                    OASFactory.createHeader()
                            .description("After how many seconds to try again")
                            .schema(OASFactory.createSchema().addType(Schema.SchemaType.INTEGER)));
        }
        String schema = code.equals("422") ? "ValidationErrorResponse" : "ErrorResponse";
        response.setContent(OASFactory.createContent()
                .addMediaType(
                        JsonBody.MEDIA_TYPE,
                        OASFactory.createMediaType()
                                .schema(OASFactory.createSchema().ref(schema))));
    }

    private static List<Parameter> parameters(Operation operation) {
        return operation.getParameters() == null ? List.of() : operation.getParameters();
    }

    /** A parameter whose schema says more than its type is left without one by the scanner. */
    private static void typeParameter(Parameter parameter) {
        if (parameter.getSchema().getType() == null) {
            parameter.getSchema().addType(Schema.SchemaType.STRING);
        }
    }

    private static boolean isOptional(Parameter parameter) {
        return !Boolean.TRUE.equals(parameter.getRequired())
                && parameter.getSchema().getDefaultValue() == null;
    }

    private static void allowNull(Parameter parameter) {
        parameter.setSchema(orNull(parameter.getSchema()));
    }

    private static void completeEnum(Schema schema) {
        if (schema.getEnumeration() != null) {
            schema.setEnumeration(schema.getEnumeration().stream()
                    .<Object>map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                    .toList());
        }
    }

    private static void completeRecord(ClassInfo type, Schema schema) {
        if (type.hasDeclaredAnnotation(OMITS)) {
            return; // what would be null is not there at all
        }
        Set<String> nullable = type.unsortedRecordComponents().stream()
                .filter(component -> component.type().hasAnnotation(NULLABLE))
                .map(component -> snakeCase(component.name()))
                .collect(Collectors.toSet());
        Map<String, Schema> properties = new LinkedHashMap<>(schema.getProperties());
        properties.replaceAll((name, property) -> nullable.contains(name) ? orNull(property) : property);
        schema.setProperties(properties);
        if (type.simpleName().endsWith("Response")) {
            schema.setRequired(List.copyOf(properties.keySet()));
        }
    }

    private static Schema orNull(Schema schema) {
        if (schema.getRef() != null && schema.getRef().endsWith(ANYTHING)) {
            return schema;
        }
        if (schema.getRef() != null) {
            return OASFactory.createSchema().addAnyOf(schema).addAnyOf(nothing());
        }
        if (schema.getType() != null && !schema.getType().contains(Schema.SchemaType.NULL)) {
            schema.addType(Schema.SchemaType.NULL);
        }
        return schema;
    }

    private static Schema nothing() {
        return OASFactory.createSchema().addType(Schema.SchemaType.NULL);
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}

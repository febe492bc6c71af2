package dev.reflow.api;

import java.util.Map;

/** Answers to show, by the schema that they have. They are about the things that the {@link Examples} name. */
final class ResponseExamples {
    private static final String FLOW = """
            {
              "id": "6f1f6c3e-4b0d-4f0e-9a53-0c5c0d1c7d11",
              "created_at": "2026-05-04T09:12:07.301Z",
              "updated_at": "2026-05-04T09:12:07.301Z",
              "modified_by": "nightly import",
              "display_name": "Greeting",
              "description": null,
              "version": 1,
              "status": "draft",
              "is_latest": true,
              "organization_id": "3f2b8a10-1c2d-4e3f-8a4b-5c6d7e8f9010",""" + Examples.DEFINITION_MEMBER + """
            ,
              "settings": null,
              "flow_executions_count": 0,
              "latest_version_executions_count": null,
              "task_names": null,
              "validation_errors": null,
              "tags": ["demo"],
              "deleted": false
            }""";

    private static final String VERSION = """
            {
              "version": 1,
              "created_at": "2026-05-04T09:12:07.301Z",
              "updated_at": "2026-05-04T09:12:07.301Z",
              "modified_by": "nightly import",
              "is_latest": true,
              "name": "Before the summer sale",
              "is_favourite": true
            }""";

    private static final String VALIDATION = """
            {
              "validation_errors": [
                {
                  "type": "unknown_task",
                  "loc": ["flow_configs", 0, "config", "tasks", 1, "parameters", "data"],
                  "msg": "persn.output refers to a task that does not exist",
                  "input": "{{persn.output}}"
                }
              ],
              "ordered_task_names": null,
              "dynamic_data": null,
              "output_schemas": null,
              "default_reference_modes": null
            }""";

    private static final String EXECUTION = """
            {
              "id": "9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101",
              "created_at": "2026-05-04T09:30:00.012Z",
              "updated_at": "2026-05-04T09:30:00.131Z",
              "modified_by": "nightly import",
              "flow_id": "6f1f6c3e-4b0d-4f0e-9a53-0c5c0d1c7d11",
              "flow_version": 1,
              "status": "running",
              "input": {"name": "Ada"},
              "organization_id": "3f2b8a10-1c2d-4e3f-8a4b-5c6d7e8f9010",
              "pricing_config_id": null,
              "total_credits": null,
              "triggered_task_executor_name": null,
              "run_number": null
            }""";

    private static final String PLAN = """
            {
              "flow_version": {"from": 1, "to": 2},
              "generation": 2,
              "tasks": [
                {
                  "task_name": "person",
                  "task_title": "person",
                  "action": "reuse",
                  "reasons": [{"code": "unchanged", "detail": []}]
                },
                {
                  "task_name": "greeting",
                  "task_title": "Say good morning",
                  "action": "run",
                  "reasons": [{"code": "definition_changed", "detail": ["expression"]}]
                }
              ],
              "summary": {"run": 1, "reuse": 1, "run_if_changed": 0, "drop": 0}
            }""";

    private static final String GENERATIONS = """
            {
              "generations": [
                {
                  "generation": 1,
                  "mode": "first",
                  "status": "completed",
                  "flow_version": {"from": 1, "to": 1},
                  "requested_by": "nightly import",
                  "requested_at": "2026-05-04T09:30:00.012Z",
                  "started_at": "2026-05-04T09:30:00.041Z",
                  "finished_at": "2026-05-04T09:30:00.131Z",
                  "tasks": {"run": 2, "reused": 0, "cut_off": 0, "failed": 0},
                  "end_reason": "completed",
                  "end_message": null
                }
              ]
            }""";

    private static final String TASK_EXECUTION = """
            {
              "id": "0b0c7f5a-9c0b-4d0e-8f43-6a1e5d2c3b4a",
              "flow_execution_id": "9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101",
              "task_execution_idx": 0,
              "task_name": "greeting",
              "created_at": "2026-05-04T09:30:00.123Z",
              "updated_at": "2026-05-04T09:30:00.123Z",
              "modified_by": "system",
              "processing_status": "completed",
              "edited_status": "not_edited",
              "stale_status": "consistent",
              "input": {"expression": "'Hello, ' & name", "data": {"name": "Ada"}},
              "output": "Hello, Ada",
              "error": null,
              "organization_id": "3f2b8a10-1c2d-4e3f-8a4b-5c6d7e8f9010",
              "source_task_executions": null,
              "started_at": "2026-05-04T09:30:00.101Z",
              "completed_at": "2026-05-04T09:30:00.123Z",
              "tags": [],
              "credits": null
            }""";

    private static final String TASK_EXECUTOR = """
            {
              "task_executor_name": "delay",
              "task_executor_description": "Waits for a number of seconds, then passes its parameters on as its output.",
              "task_executor_agent_prompt": "Use this task to let time pass between two tasks.",
              "parameters_schema": {
                "type": "object",
                "properties": {"seconds": {"type": "number", "minimum": 0, "maximum": 31536000}},
                "required": ["seconds"]
              },
              "flow_input_schema": null,
              "is_input_task_executor": false,
              "is_schedulable_executor": false
            }""";

    private static final String TASK_OUTPUT = """
            {
              "id": "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9",
              "flow_execution_id": "9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101",
              "task_name": "greeting",
              "summary": "A greeting of 10 letters",
              "output": "Hello, Ada",
              "tags": null,
              "processing_status": "completed",
              "edited_status": "not_edited",
              "stale_status": "consistent",
              "error": null,
              "created_at": "2026-05-04T09:30:00.123Z",
              "updated_at": "2026-05-04T09:30:00.123Z",
              "modified_by": "system",
              "flow_version": 1,
              "organization_id": "3f2b8a10-1c2d-4e3f-8a4b-5c6d7e8f9010"
            }""";

    private static final String TASK_STATUS = """
            {
              "id": "7d1c2b3a-4e5f-4061-9283-a4b5c6d7e8f9",
              "flow_execution_id": "9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101",
              "task_name": "greeting",
              "status": "running",
              "reported_status": "translating",
              "created_at": "2026-05-04T09:30:00.077Z",
              "organization_id": "3f2b8a10-1c2d-4e3f-8a4b-5c6d7e8f9010"
            }""";

    private static final String TASK_TAG = """
            {
              "id": "c0ffee00-1a2b-4c3d-8e4f-5a6b7c8d9e0f",
              "flow_execution_id": "9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101",
              "task_name": "greeting",
              "tag": "high",
              "tag_type": "priority",
              "tag_metadata": null,
              "status": null,
              "created_at": "2026-05-04T09:31:00.500Z",
              "updated_at": "2026-05-04T09:31:00.500Z",
              "modified_by": "nightly import",
              "organization_id": "3f2b8a10-1c2d-4e3f-8a4b-5c6d7e8f9010"
            }""";

    private static final String SERVICE_ACCOUNT = """
            {
              "id": "a7b8c9d0-1e2f-4a3b-8c4d-5e6f70819203",
              "created_at": "2026-05-02T16:20:11.001Z",
              "updated_at": "2026-05-02T16:20:11.001Z",
              "modified_by": "bootstrap",
              "organization_id": "3f2b8a10-1c2d-4e3f-8a4b-5c6d7e8f9010",
              "name": "nightly import",
              "description": "Starts the import of invoices",
              "status": "active"
            }""";

    private static final String KEY_MEMBERS = """

              "id": "d4c3b2a1-0f1e-4d2c-8b3a-495867758493",
              "created_at": "2026-05-02T16:21:40.118Z",
              "updated_at": "2026-05-02T16:21:40.118Z",
              "modified_by": "bootstrap",
              "user_id": null,
              "service_account_id": "a7b8c9d0-1e2f-4a3b-8c4d-5e6f70819203",
              "name": "import server",
              "description": "In use since May",
              "token_prefix": "saf_p0-2RH_j",
              "organization_id": "3f2b8a10-1c2d-4e3f-8a4b-5c6d7e8f9010",
            """;

    private static final String WEBHOOK_DATA = """
            {
              "id": "e5d4c3b2-a190-4f8e-8d7c-6b5a49382716",
              "status": "received"
            }""";

    private static final String AUDIT_EVENT = """
            {
              "id": "5c1d7a52-0e0b-4c1e-9f0a-1b2c3d4e5f60",
              "created_at": "2026-05-04T02:00:03.210Z",
              "subject": "7d9f2c11-3b4a-4e5d-8c6f-7a8b9c0d1e2f",
              "name": "import",
              "credential": "api_key",
              "operation": "POST /api/flow-executions/{flow_execution_id}/execute",
              "thing_id": "9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101",
              "request_id": "01M8532H9ZKBXKNVZP7ERYFNGK"
            }""";

    /** By the name of the schema; a list shows one of its items. */
    static final Map<String, String> BY_SCHEMA = Map.ofEntries(
            Map.entry("FlowResponse", FLOW),
            Map.entry("PaginatedFlowResponse", page("flows", FLOW)),
            Map.entry("FlowVersionSummaryResponse", VERSION),
            Map.entry("PaginatedFlowVersionSummaryResponse", page("versions", VERSION)),
            Map.entry("FlowValidationResponse", VALIDATION),
            Map.entry("FlowExecutionResponse", EXECUTION),
            Map.entry("ReExecutionPlanResponse", PLAN),
            Map.entry("GenerationsResponse", GENERATIONS),
            Map.entry("TaskExecutionResponse", TASK_EXECUTION),
            Map.entry("ListTaskExecutionsResponse", "{\"task_executions\": [" + TASK_EXECUTION + "]}"),
            Map.entry("TaskExecutorResponse", TASK_EXECUTOR),
            Map.entry("TaskOutputResponse", TASK_OUTPUT),
            Map.entry("TaskStatusResponse", TASK_STATUS),
            Map.entry("TaskTagResponse", TASK_TAG),
            Map.entry("TaskTagsPatchResponse", "{\"tags\": [{\"status\": \"added\"}]}"),
            Map.entry("ServiceAccountResponse", SERVICE_ACCOUNT),
            Map.entry("ServiceAccountCreateResponse", SERVICE_ACCOUNT),
            Map.entry("ApiKeyResponse", "{" + KEY_MEMBERS + "\"last_used_at\": \"2026-05-04T02:00:03.210Z\"}"),
            Map.entry("ApiKeyCreateResponse", "{" + KEY_MEMBERS + "\"token\": \"saf_p0-2RH_jLnuc-wA4FaCorMcm\"}"),
            Map.entry("AuditEventResponse", AUDIT_EVENT),
            Map.entry("WebhookDataAckResponse", WEBHOOK_DATA));

    private ResponseExamples() {}

    private static String page(String name, String item) {
        return "{\"" + name + "\": [" + item + "], \"total\": 1, \"page\": 1, \"page_size\": 20}";
    }
}

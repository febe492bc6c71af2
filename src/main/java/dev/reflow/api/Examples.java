package dev.reflow.api;

/** Request bodies to try. */
final class Examples {
    static final String FLOW_DEFINITION = "{" + Examples.DEFINITION;

    static final String FLOW_CREATE = """
            {
              "display_name": "Greeting",
              "tags": ["demo"],""" + Examples.DEFINITION;

    static final String DEFINITION_MEMBER = """

              "definition": {
                "flow": {},
                "flow_configs": [
                  {
                    "meta": {},
                    "config": {
                      "tasks": [
                        {
                          "name": "person",
                          "task_executor_name": "webhook_receive"
                        },
                        {
                          "name": "greeting",
                          "task_executor_name": "format_data",
                          "task_title": "Say hello",
                          "parameters": {"expression": "'Hello, ' & name", "data": "{{person.output}}"}
                        }
                      ],
                      "groups": [],
                      "notes": []
                    }
                  }
                ]
              }""";

    private static final String DEFINITION = DEFINITION_MEMBER + "\n}";

    static final String FLOW_PATCH = """
            {
              "status": "published",
              "settings": {"ttl": {"seconds": 86400}}
            }""";

    static final String FLOW_TASK = """
            {
              "name": "greeting",
              "task_executor_name": "format_data",
              "task_title": "Say good morning",
              "parameters": {"expression": "'Good morning, ' & name", "data": "{{person.output}}"}
            }""";

    static final String FLOW_VERSION_PATCH = """
            {
              "name": "Before the summer sale",
              "is_favourite": true
            }""";

    static final String FLOW_EXECUTION_CREATE = """
            {
              "flow_id": "6f1f6c3e-4b0d-4f0e-9a53-0c5c0d1c7d11",
              "input": {"name": "Ada"}
            }""";

    static final String TASK_EXECUTION_UPDATE = """
            {
              "id": "0b0c7f5a-9c0b-4d0e-8f43-6a1e5d2c3b4a",
              "flow_execution_id": "9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101",
              "organization_id": "3f2b8a10-1c2d-4e3f-8a4b-5c6d7e8f9010",
              "task_execution_idx": 0,
              "task_name": "greeting",
              "processing_status": "completed",
              "edited_status": "not_edited",
              "stale_status": "consistent",
              "output": "Hello, Ada Lovelace"
            }""";

    static final String TASK_EXECUTION_CREATE = """
            {
              "flow_execution_id": "9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101",
              "task_name": "greeting",
              "task_execution_idx": 0,
              "processing_status": "completed",
              "output": "Hello, Ada",
              "terminal_task_status": "completed"
            }""";

    static final String TASK_STATUS_CREATE = """
            {
              "statuses": [
                {"task_name": "approval", "status": "awaiting_input"},
                {"task_name": "greeting", "status": "translating"}
              ]
            }""";

    static final String TASK_TAGS_PATCH = """
            {
              "tags": [
                {
                  "operation": "add",
                  "flow_execution_id": "9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101",
                  "task_name": "greeting",
                  "tag": "high",
                  "tag_type": "priority"
                }
              ]
            }""";

    static final String TASK_OUTPUT_CREATE = """
            {
              "flow_execution_id": "9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101",
              "organization_id": "3f2b8a10-1c2d-4e3f-8a4b-5c6d7e8f9010",
              "task_name": "greeting",
              "summary": "A greeting of 10 letters",
              "output": "Hello, Ada",
              "processing_status": "completed"
            }""";

    static final String WEBHOOK_DATA_CREATE = """
            {
              "task_name": "approval",
              "data": {"approved": true, "note": "fine"}
            }""";

    static final String EXECUTION_EVENTS = """
            id:4711
            event:task_execution
            data:{"id":4711,"type":"task_execution","flow_id":"5c0b6f0e-2a56-4a3f-9d0c-1e2f3a4b5c6d",\
            "flow_execution_id":"9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101","generation":1,"status":"running",\
            "task_name":"greeting","task_execution_id":"1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9",\
            "task_execution_idx":0,"processing_status":"completed","at":"2026-05-04T09:30:00.123Z"}

            id:4712
            event:flow_execution
            data:{"id":4712,"type":"flow_execution","flow_id":"5c0b6f0e-2a56-4a3f-9d0c-1e2f3a4b5c6d",\
            "flow_execution_id":"9a4be4b5-6d8f-4a6f-8c2f-5d6e7f809101","generation":1,"status":"completed",\
            "at":"2026-05-04T09:30:00.131Z"}
            """;

    static final String SERVICE_ACCOUNT_CREATE = """
            {
              "name": "nightly import",
              "description": "Starts the import of invoices"
            }""";

    static final String API_KEY_CREATE = """
            {
              "name": "import server",
              "description": "In use since May"
            }""";

    static final String DESCRIPTION_UPDATE = """
            {
              "description": "Replaced each quarter"
            }""";

    private Examples() {}
}

package dev.reflow.ops;

import dev.reflow.usecase.Bootstrap;

/**
 * What the first start prints, once: the key is not kept in a form that could be printed again.
 *
 * @param url of the service
 */
record Welcome(String url, Bootstrap.FirstStart made) {

    String text() {
        String key = made.key().value();
        String flow = made.sampleFlow().toString();
        return """

                reflow is ready for the first time. What follows is shown only now; keep the key.

                  URL           %1$s
                  API docs      %1$s/q/swagger-ui
                  organization  %2$s
                  API key       %3$s

                A sample flow that totals an invoice is there to try. Run it, look at its tasks, re-execute it:

                id=$(curl -s %1$s/api/flow-executions -H 'X-API-Key: %3$s' -H 'Content-Type: application/json' \
                -d '{"flow_id":"%4$s","input":{"items":[{"name":"desk","quantity":2,"price":150},\
                {"name":"lamp","quantity":4,"price":25.5}]}}' \
                | sed 's/^{"id":"\\([^"]*\\)".*/\\1/'); echo $id
                curl -s "%1$s/api/task-executions?flow_execution_id=$id" -H 'X-API-Key: %3$s'
                curl -i -X POST "%1$s/api/flow-executions/$id/execute?only_stale=false" -H 'X-API-Key: %3$s'

                """.formatted(url, made.organization(), key, flow);
    }
}

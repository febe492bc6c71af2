package dev.reflow.api;

import java.util.List;

public record ListTaskExecutionsResponse(List<TaskExecutionResponse> taskExecutions) {}

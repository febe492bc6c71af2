package dev.reflow.api;

/** What to answer of a definition beyond what is wrong with it. */
public record FlowValidationIncludes(boolean dynamicData, boolean outputSchemas, boolean defaultReferenceModes) {}

package dev.reflow.api;

import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** Which versions of a flow to list. */
public final class FlowVersionListParams {
    @QueryParam("page")
    @Parameter(
            description = "Page, counted from 1",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "10000", defaultValue = "1"))
    @Nullable
    String page;

    @QueryParam("page_size")
    @Parameter(
            description = "Versions of a page",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "100", defaultValue = "20"))
    @Nullable
    String pageSize;

    @QueryParam("search")
    @Parameter(description = "Part of a name, in any case")
    @Nullable
    String search;

    @QueryParam("favourites_only")
    @Parameter(
            description = "Only versions that are marked as favourites",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String favouritesOnly;

    FlowVersionListQuery read(Form form) {
        return new FlowVersionListQuery(
                form.query("search", search).text().unlessEmpty(),
                form.query("favourites_only", favouritesOnly).bool().or(false),
                Page.read(form.query("page", page), form.query("page_size", pageSize), 20, 100));
    }
}

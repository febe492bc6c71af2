package dev.reflow.persistence;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.reflow.flow.Definition;
import dev.reflow.flow.DefinitionReader;
import dev.reflow.flow.FlowId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Definitions of versions. They never change, so those in use are kept in memory. */
@ApplicationScoped
class Definitions {
    /** In characters of their JSON; what is made of them takes some times as much. */
    private static final long MOST_KEPT = 64 << 20;

    private final Json json;
    private final Cache<Key, Kept> kept = Caffeine.newBuilder()
            .maximumWeight(MOST_KEPT)
            .weigher((Key key, Kept kept) -> kept.length())
            .build();

    private record Key(FlowId flow, int version) {}

    private record Kept(Definition definition, int length) {}

    Definitions(Json json) {
        this.json = json;
    }

    /** The definition of a committed version whose JSON is at hand. */
    Definition parse(FlowId flow, int version, String text) {
        return kept.get(
                        new Key(flow, version),
                        key -> new Kept(DefinitionReader.require(json.read(text)), text.length()))
                .definition();
    }

    /** @param client the connection of a transaction: one that asked the pool for a second one might wait for itself */
    Uni<Map<Integer, Definition>> load(SqlClient client, FlowId flow, Set<Integer> versions) {
        Map<Integer, Definition> found = new HashMap<>();
        versions.forEach(version -> {
            Kept present = kept.getIfPresent(new Key(flow, version));
            if (present != null) {
                found.put(version, present.definition());
            }
        });
        Integer[] missing =
                versions.stream().filter(version -> !found.containsKey(version)).toArray(Integer[]::new);
        if (missing.length == 0) {
            return Uni.createFrom().item(found);
        }
        return client.preparedQuery("select version, definition::text from flow_version"
                        + " where flow_id = $1 and version = any ($2)")
                .execute(Tuple.of(flow.value(), missing))
                .map(rows -> {
                    for (Row row : rows) {
                        int version = row.getInteger(0);
                        found.put(version, parse(flow, version, row.getString(1)));
                    }
                    return found;
                });
    }
}

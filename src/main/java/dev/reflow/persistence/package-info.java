/** The only home of SQL and Hibernate: entities and stores on PostgreSQL, mapped to records at this edge. */
@NullMarked
package dev.reflow.persistence;

import org.jspecify.annotations.NullMarked;

/**
 * The port behind which executions run, and the protocol that every engine keeps.
 *
 * <p>Identity: a process that runs an engine is a node; its id is random and new with every start. A generation is one
 * run of an execution, numbered from 1.
 *
 * <p>Authority: whoever works on a generation holds a {@link dev.reflow.engine.Fence}: the execution, the lease and the
 * owner that stand in its row. The lease rises whenever the work changes hands: when it is claimed, given back, rescued
 * or re-executed. Every write locks the row, compares, and only then writes; the answer {@code false} means that the
 * work is in other hands, and whoever gets it drops everything. So a node may be slow, frozen or cut off and still never
 * records a result that is not wanted any more. It may however have caused effects outside.
 *
 * <p>Trust: a node says every few seconds that it is alive. One that was silent for longer than the dead-line is declared
 * dead, for good, by the database's clock, and its work is free for others. A node that finds itself declared dead drops
 * what it has and goes on under a new id.
 *
 * <p>When the database is away, nothing is decided: writes are repeated until they are answered, attempts that run go on,
 * and what was lost of the telling is found in the tables afterwards.
 */
@NullMarked
package dev.reflow.engine;

import org.jspecify.annotations.NullMarked;

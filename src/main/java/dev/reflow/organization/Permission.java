package dev.reflow.organization;

import static dev.reflow.organization.Role.APP_USER;
import static dev.reflow.organization.Role.BACKOFFICE;
import static dev.reflow.organization.Role.INTEGRATION;
import static dev.reflow.organization.Role.ORG_ADMIN;
import static dev.reflow.organization.Role.PUBLISHER;
import static dev.reflow.organization.Role.WORKER;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What a caller may do, and the roles that allow it: any of them is enough. An operation asks for one of these before it
 * looks at anything; those named {@code …_ALL} and {@code …_PRIVATE} widen which things it is then allowed on.
 */
public enum Permission {
    /** Read; without {@link #READ_ALL} only what is assigned to the caller, of which nothing is kept yet. */
    READ(ORG_ADMIN, BACKOFFICE, PUBLISHER, APP_USER, INTEGRATION, WORKER),
    /** Read flows, executions and what belongs to them, but for private ones of others. */
    READ_ALL(ORG_ADMIN, BACKOFFICE, PUBLISHER, APP_USER, INTEGRATION),
    /** Whatever else the roles allow, on private flows of others too. */
    READ_PRIVATE(ORG_ADMIN),
    /** Create, change and delete flows; without {@link #AUTHOR_ALL} only drafts of the caller's own. */
    AUTHOR(ORG_ADMIN, BACKOFFICE, PUBLISHER, APP_USER, INTEGRATION),
    /** Change and delete flows of others, and those that are no drafts. */
    AUTHOR_ALL(ORG_ADMIN, BACKOFFICE, PUBLISHER, INTEGRATION),
    /** Start, re-execute, cancel and delete executions, edit results, set tags and statuses. */
    OPERATE(ORG_ADMIN, BACKOFFICE, PUBLISHER, APP_USER, INTEGRATION),
    /** Send data to tasks that wait. */
    SEND_DATA(ORG_ADMIN, BACKOFFICE, PUBLISHER, APP_USER, INTEGRATION),
    /** Report what a worker has done. */
    REPORT(INTEGRATION),
    /** Service accounts, their keys, settings of the organization. */
    ADMINISTER(ORG_ADMIN);

    private final Set<Role> roles;

    Permission(Role first, Role... others) {
        this.roles = EnumSet.of(first, others);
    }

    /** The permission's name where an operation asks for it. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean isGivenBy(Role role) {
        return roles.contains(role);
    }
}

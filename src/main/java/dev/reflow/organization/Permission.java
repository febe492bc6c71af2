package dev.reflow.organization;

import static dev.reflow.organization.Role.APP_USER;
import static dev.reflow.organization.Role.BACKOFFICE;
import static dev.reflow.organization.Role.INTEGRATION;
import static dev.reflow.organization.Role.ORG_ADMIN;
import static dev.reflow.organization.Role.PUBLISHER;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What a caller may do, and the roles that allow it: any of them is enough. */
public enum Permission {
    /** Service accounts, their keys, settings of the organization. */
    ADMINISTER(ORG_ADMIN),
    /** Send data to tasks that wait. */
    SEND_DATA(ORG_ADMIN, BACKOFFICE, PUBLISHER, APP_USER, INTEGRATION),
    /** Report what a worker has done. */
    REPORT(INTEGRATION);

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

package dev.reflow.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The user PostgreSQL runs as: the user of this process, if PostgreSQL accepts that one. It refuses root and users
 * without a name. Both can hide in a user namespace, where everyone is nobody, and root can step down to another user.
 */
final class ServerUser {

    private static final int ROOT = 0;
    private static final int NOBODY = 65534;
    private static final List<String> HIDDEN = List.of("unshare", "--user");

    private final List<String> commandPrefix;
    private final int newOwner;

    private ServerUser(List<String> commandPrefix, int newOwner) {
        this.commandPrefix = commandPrefix;
        this.newOwner = newOwner;
    }

    /**
     * Finds a user that PostgreSQL accepts and that can use a data folder.
     *
     * @throws EmbeddedDatabaseException if this process is root and there is no such user
     */
    static ServerUser of(Path folder) throws IOException {
        return of(folder, HIDDEN);
    }

    static ServerUser of(Path folder, List<String> hidden) throws IOException {
        int uid = currentUser(folder);
        if (uid != ROOT && isNamed()) {
            return new ServerUser(List.of(), ROOT);
        }
        int owner = FileTree.owner(folder);
        if (owner == uid && succeeds(hidden, "test", "-w", folder.toString())) {
            return new ServerUser(hidden, ROOT);
        }
        if (uid != ROOT) {
            throw new EmbeddedDatabaseException("PostgreSQL refuses to run as user " + uid
                    + ", who has no name on this system; start the service as a user with an entry in /etc/passwd, "
                    + EmbeddedDatabaseException.USE_YOUR_OWN + ".");
        }
        return steppedDown(folder, owner == ROOT ? NOBODY : owner);
    }

    /** A user namespace is forbidden in most containers, stepping down is not. */
    private static ServerUser steppedDown(Path folder, int user) {
        List<String> prefix = List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups");
        if (succeeds(prefix, "test", "-x", folder.resolveSibling("").toString())) {
            return new ServerUser(prefix, user);
        }
        throw new EmbeddedDatabaseException("PostgreSQL refuses to run as root, and user " + user
                + " cannot run it in " + folder
                + "; start the service as an ordinary user, choose a folder that this user can reach, "
                + EmbeddedDatabaseException.USE_YOUR_OWN + ".");
    }

    /** Read off a new file, as the JDK's own UnixSystem takes every user without a name for root. */
    private static int currentUser(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "owner", null);
        try {
            return FileTree.owner(file);
        } finally {
            Files.delete(file);
        }
    }

    private static boolean isNamed() {
        // the JDK's way to say that it is unknown
        return !"?".equals(System.getProperty("user.name"));
    }

    /** The command that runs a program as this user. */
    List<String> command(List<String> program) {
        List<String> command = new ArrayList<>(commandPrefix);
        command.addAll(program);
        return command;
    }

    /** Hands this user what this process has written into the data folder. */
    void own(Path folder) throws IOException {
        if (newOwner != ROOT) {
            FileTree.give(folder, newOwner);
        }
    }

    private static boolean succeeds(List<String> prefix, String... program) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(program));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

package dev.reflow.ops;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes this process the only one that uses a data folder. The kernel drops the lock when the process ends in whatever
 * way. The lock file stays behind and marks the folder as one of ours.
 */
final class FolderLock implements AutoCloseable {

    static final String FILE_NAME = "reflow-database.lock";

    /*
     * Closing any channel of a locked file drops all POSIX locks this process has on that file, so a folder that is
     * locked here already must be noticed before its lock file is opened a second time.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Locks a folder for this process.
     *
     * @param folder the real path of an existing folder
     * @throws EmbeddedDatabaseException if this or another process holds the lock
     * @throws IOException if the lock file cannot be written
     */
    static FolderLock acquire(Path folder) throws IOException {
        if (!HELD.add(folder)) {
            throw inUse(folder, Long.toString(ProcessHandle.current().pid()));
        }
        boolean acquired = false;
        try {
            FolderLock lock = lock(folder);
            acquired = true;
            return lock;
        } finally {
            if (!acquired) {
                HELD.remove(folder);
            }
        }
    }

    private static FolderLock lock(Path folder) throws IOException {
        FileChannel channel = FileChannel.open(
                folder.resolve(FILE_NAME),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        @Nullable FileLock lock = null;
        try {
            lock = channel.tryLock();
            if (lock == null) {
                throw inUse(folder, read(channel));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new FolderLock(folder, channel);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        channel.read(pid, 0);
        return new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII);
    }

    private static EmbeddedDatabaseException inUse(Path folder, String pid) {
        String holder = pid.isEmpty() ? "another process" : "process " + pid;
        return new EmbeddedDatabaseException("The database folder " + folder + " is in use by " + holder
                + "; stop that service first, or give this one a folder of its own.");
    }

    /** Tells whether a folder bears the mark of an earlier lock. */
    static boolean marks(Path folder) {
        return Files.exists(folder.resolve(FILE_NAME));
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(folder);
        }
    }
}

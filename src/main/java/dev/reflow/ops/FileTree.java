package dev.reflow.ops;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Whole folders at once. Symbolic links are never followed. */
final class FileTree {

    private FileTree() {}

    /** The entries of a folder whose names begin with a prefix, in no particular order. */
    static List<Path> entries(Path folder, String prefix) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (var stream = Files.newDirectoryStream(folder)) {
            for (Path entry : stream) {
                if (entry.getFileName().toString().startsWith(prefix)) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    /** The number of bytes in all files below a folder. */
    static long size(Path root) throws IOException {
        AtomicLong size = new AtomicLong();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                size.addAndGet(attributes.size());
                return FileVisitResult.CONTINUE;
            }
        });
        return size.get();
    }

    /** Deletes a folder with all it contains. */
    static void delete(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Gives a folder with all it contains to a user, as only root can. */
    static void give(Path root, int uid) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                return visitFile(folder, attributes);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (owner(file) != uid) {
                    Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                // a running server removes files at any time
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The number of the user who owns a file. */
    static int owner(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /** Moves a complete folder to its final name: it is there as a whole or not at all, even after a power loss. */
    static void publish(Path complete, Path target) throws IOException {
        sync(complete);
        Files.move(complete, target, StandardCopyOption.ATOMIC_MOVE);
        sync(target.resolveSibling(""));
    }

    /** Makes the content of a file, or the names in a folder, survive a power loss. */
    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}

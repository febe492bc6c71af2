package dev.reflow.ops;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs of this platform, unpacked from the archive on the class path.
 *
 * @param home the folder that holds {@code bin}, {@code lib} and {@code share}
 */
record PostgresBinaries(Path home) {

    static final String PREFIX = "postgres-";

    /** Names the file that holds the sum of the sizes of all other files. */
    private static final String SIZE_FILE = "size";

    /**
     * Unpacks the programs into a data folder, once per version: the folder's name tells the archive it came from.
     *
     * @param folder a data folder that this process has locked
     * @throws EmbeddedDatabaseException if there are no programs for this platform
     */
    static PostgresBinaries unpack(Path folder) throws IOException {
        String archive = archiveName();
        Path home = folder.resolve(PREFIX + digest(archive));
        if (!isComplete(home)) {
            // A name of its own keeps a folder that was left half unpacked from ever being taken for a complete one.
            Path unpacked = folder.resolve("unpacking-" + UUID.randomUUID());
            extract(archive, unpacked);
            Files.writeString(unpacked.resolve(SIZE_FILE), Long.toString(FileTree.size(unpacked)));
            if (Files.exists(home)) {
                FileTree.delete(home);
            }
            FileTree.publish(unpacked, home);
        }
        return new PostgresBinaries(home);
    }

    /**
     * A power loss soon after the unpacking can leave a folder whose files are empty. Looking for that is cheap, while
     * to force a thousand files to the disk can take ten seconds.
     */
    private static boolean isComplete(Path home) throws IOException {
        Path sizeFile = home.resolve(SIZE_FILE);
        return Files.exists(sizeFile)
                && Files.readString(sizeFile).equals(Long.toString(FileTree.size(home) - Files.size(sizeFile)));
    }

    /** Deletes the other versions and what interrupted runs left half unpacked. */
    void deleteOthers() throws IOException {
        for (String prefix : Set.of(PREFIX, "unpacking-")) {
            for (Path entry : FileTree.entries(home.resolveSibling(""), prefix)) {
                if (!entry.equals(home)) {
                    FileTree.delete(entry);
                }
            }
        }
    }

    String program(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    /** The major version of these programs, such as {@code 17}. */
    String majorVersion() throws IOException {
        try (var lines = Files.lines(home.resolve("share/postgresql/postgres.bki"))) {
            return lines.findFirst().orElse("").replace("# PostgreSQL ", "").trim();
        }
    }

    private static String archiveName() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return archiveName(system, machine);
    }

    static String archiveName(String system, String machine) {
        @Nullable String os = system.startsWith("linux") ? "linux" : system.startsWith("mac") ? "darwin" : null;
        @Nullable
        String cpu = switch (machine) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> null;
        };
        String name = "/postgres-" + os + "-" + cpu + ".txz";
        if (os == null || cpu == null || PostgresBinaries.class.getResource(name) == null) {
            throw new EmbeddedDatabaseException("There is no embedded PostgreSQL for " + system + " on " + machine
                    + "; run the service on Linux or macOS (x86-64 or ARM64), " + EmbeddedDatabaseException.USE_YOUR_OWN
                    + ".");
        }
        return name;
    }

    private static InputStream open(String archive) throws IOException {
        @Nullable InputStream stream = PostgresBinaries.class.getResourceAsStream(archive);
        if (stream == null) {
            throw new IOException("No resource " + archive);
        }
        return stream;
    }

    private static String digest(String archive) throws IOException {
        try (DigestInputStream stream = new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
            stream.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(stream.getMessageDigest().digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void extract(String archive, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(open(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = entry.resolveIn(target);
                Files.createDirectories(path.resolveSibling(""));
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else if (entry.isLink()) {
                    Files.createLink(path, target.resolve(entry.getLinkName()));
                } else {
                    write(tar, path, (entry.getMode() & 0100) != 0);
                }
            }
        }
    }

    private static void write(InputStream content, Path file, boolean executable) throws IOException {
        Files.copy(content, file);
        Set<PosixFilePermission> permissions =
                EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        if (executable) {
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
        }
        Files.setPosixFilePermissions(file, permissions);
    }
}

package dev.reflow.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerUserTest {

    private static final List<String> NO_USER_NAMESPACE = List.of("false");

    @TempDir
    Path temp;

    @Test
    void anOrdinaryUserRunsItAlone() throws Exception {
        assumeTrue(FileTree.owner(temp) != 0);
        assertThat(ServerUser.of(temp, NO_USER_NAMESPACE).command(List.of("x"))).containsExactly("x");
    }

    @Test
    void rootStepsDownWithoutUserNamespaces() throws Exception {
        assumeTrue(FileTree.owner(temp) == 0);
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path folder = Files.createDirectory(temp.resolve("data"));
        ServerUser user = ServerUser.of(folder, NO_USER_NAMESPACE);
        user.own(folder);
        Path made = folder.resolve("made");
        Process process = new ProcessBuilder(user.command(List.of("touch", made.toString()))).start();
        assertThat(process.waitFor()).isZero();
        assertThat(FileTree.owner(made)).isEqualTo(65534);
        assertThat(ServerUser.of(folder).command(List.of("x"))).contains("--reuid=65534");
    }

    @Test
    void rootIsToldIfNoOtherUserReachesTheFolder() throws Exception {
        assumeTrue(FileTree.owner(temp) == 0);
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx------"));
        Path folder = Files.createDirectory(temp.resolve("data"));
        assertThatThrownBy(() -> ServerUser.of(folder, NO_USER_NAMESPACE))
                .isInstanceOf(EmbeddedDatabaseException.class)
                .hasMessageContaining("start the service as an ordinary user")
                .hasMessageContaining("QUARKUS_DATASOURCE_JDBC_URL");
    }
}

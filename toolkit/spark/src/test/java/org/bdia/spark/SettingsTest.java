package org.bdia.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import org.bdia.experiment.ChildCommand;
import org.bdia.experiment.ExperimentException;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    private static final ChildCommand COMMAND = new ChildCommand(List.of("java"), Map.of());

    @TempDir private Path folder;

    @Test
    void whatSparkDoesByItselfIsFine() {
        assertThat(Settings.refusal(key -> null, "1")).isEmpty();
        assertThat(Settings.refusal(Map.of("spark.task.cpus", "4")::get, "4")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "spark.speculation, true, starts slow runs twice",
        "spark.submit.deployMode, cluster, nobody shows progress",
        "spark.dynamicAllocation.enabled, true, spark.cores.max",
        "spark.task.cpus, 2, OMP_NUM_THREADS",
    })
    void whatDoesNotGoWithRunsIsRefusedWithAReason(String key, String value, String reason) {
        assertThat(Settings.refusal(Map.of(key, value)::get, "1"))
                .hasValueSatisfying(text -> assertThat(text).contains(key + "=" + value, reason));
    }

    @Test
    void deployModeClusterIsRefusedBeforeAnythingIsStarted() {
        assertThatThrownBy(
                        () ->
                                new SparkCluster()
                                        .open(
                                                "spark://nowhere:1",
                                                Map.of("spark.submit.deployMode", "cluster"),
                                                COMMAND,
                                                RunStore.at(folder)))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("leave it out");
    }

    @Test
    void aMissingSparkIsNamed() throws IOException {
        assertThatThrownBy(() -> SparkCluster.home(" ")).hasMessageContaining("is not set");
        String named = folder.toString();
        assertThatThrownBy(() -> SparkCluster.home(named)).hasMessageContaining("no folder jars");
        Files.createDirectory(folder.resolve("jars"));
        assertThatThrownBy(() -> SparkCluster.home(named))
                .hasMessageContaining("SPARK_HOME", folder + " has no jars/spark-core_*.jar");
        Files.createFile(folder.resolve("jars/spark-core_2.13-1.jar"));
        assertThat(SparkCluster.home(named)).isEqualTo(folder);
    }

    @Test
    void aFolderOfClassesIsPackedForTheExecutors() throws IOException {
        Path jar = SparkCluster.jar(SettingsTest.class, folder.resolve("a.jar"));
        try (var file = new JarFile(jar.toFile())) {
            assertThat(file.getEntry("org/bdia/spark/SettingsTest.class")).isNotNull();
        }
    }
}

package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.bdia.report.Comparison.Summary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.tablesaw.api.Table;

class MetricTest {
    private static final List<String> IDS =
            List.of("val_loss", "best_val_accuracy", "test_bleu", "test_rouge_l", "gap", "hours");

    @ParameterizedTest
    @CsvSource({
        "val_loss, validation loss",
        "best_val_accuracy, best validation accuracy",
        "test_bleu, test BLEU",
        "test_rouge_l, test ROUGE-L",
        "gap, generalisation gap",
        "hours, hours a run"
    })
    void bothNamesAreOneMetric(String id, String words) {
        assertThat(Metric.of(id, IDS).words()).isEqualTo(words);
        assertThat(Metric.of(words, IDS).id()).isEqualTo(id);
    }

    @Test
    void anUnknownNameListsWhatThereIs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Metric.of("loss", List.of("val_loss", "val_loss", "gap")))
                .withMessage(
                        "there is no metric 'loss'; there are validation loss (val_loss), generalisation gap (gap)");
    }

    @Test
    void accuraciesAreFractionsShownInPerCent() {
        var accuracy = new Metric("test_accuracy");
        Summary summary = Summary.of("bdia", new double[] {0.4397, 0.4299});
        Table table = Table.create("t");
        accuracy.columns(List.of(Optional.of(summary), Optional.empty()))
                .forEach(table::addColumns);
        assertThat(table.columnNames())
                .containsExactly("test accuracy", "test accuracy std", "test accuracy n");
        assertThat(table.doubleColumn(0).get(0)).isEqualTo(summary.mean());
        assertThat(table.doubleColumn(0).getString(0)).isEqualTo("43.48 %");
        assertThat(table.doubleColumn(0).isMissing(1)).isTrue();
        assertThat(table.intColumn(2).get(0)).isEqualTo(2);
        assertThat(table.intColumn(2).isMissing(1)).isTrue();
        assertThat(accuracy.difference(-0.0061)).isEqualTo("-0.61 pp");
        assertThat(accuracy.title()).isEqualTo("test accuracy, %");
        assertThat(accuracy.shown(0.25)).isEqualTo(25);
        assertThat(new Metric("val_loss").shown(0.25)).isEqualTo(0.25);
    }
}

package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.util.Map;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.TaskConfig;
import org.bdia.config.VitConfig;
import org.bdia.torch.Devices;
import org.bdia.train.TrainEvent;
import org.junit.jupiter.api.Test;

class EnvironmentTest {

    @Test
    void seedsOfTheEnvironmentAreStronger() {
        assertThat(Environment.of(Map.of()).seeds(3)).isEqualTo(3);
        assertThat(Environment.of(Map.of("BDIA_SEEDS", "5")).seeds(3)).isEqualTo(5);
        assertThat(Environment.of(Map.of("BDIA_SEEDS", "5")).hasSeeds()).isTrue();
        assertThat(Environment.of(Map.of()).hasSeeds()).isFalse();
        assertThatThrownBy(() -> Environment.of(Map.of("BDIA_SEEDS", "many")).seeds(3))
                .hasMessage("BDIA_SEEDS must be a number of seeds, at least 1, but is 'many'");
        assertThatThrownBy(() -> Environment.of(Map.of("BDIA_SEEDS", "0")).seeds(3))
                .hasMessage("BDIA_SEEDS must be at least 1, but is 0");
    }

    @Test
    void theDeviceIsTheOneNamedElseTheFirstGpuElseTheCpu() {
        assertThat(Devices.of("", 0)).isEqualTo(Device.cpu());
        assertThat(Devices.of("", 2)).isEqualTo(Device.gpu(0));
        assertThat(Devices.of("cpu", 2)).isEqualTo(Device.cpu());
        assertThat(Devices.of("gpu1", 2)).isEqualTo(Device.gpu(1));
        assertThatThrownBy(() -> Devices.of("gpu", 0))
                .hasMessageContaining("BDIA_DEVICE is gpu, but the engine sees 0 GPU(s)");
        assertThatThrownBy(() -> Devices.of("tpu", 1))
                .hasMessageContaining("must be cpu, gpu, or gpu and a number, but is 'tpu'");
    }

    @Test
    void variantsAreNamedByWhatIsUnusualAboutThem() {
        assertThat(Variant.of(Method.bdia(0.5)).label()).isEqualTo("bdia");
        assertThat(new Variant(Method.bdia(0.5), Backprop.STORE).label()).isEqualTo("bdia (store)");
        assertThat(Variant.of(Method.bdia(0.25).withLevel(5)).label()).isEqualTo("bdia+l5 γ=0.25");
        assertThat(Variant.of(Method.quantised()).label()).isEqualTo("quantised");
        assertThat(Variant.of(Method.standard()).backprop()).isEqualTo(Backprop.STORE);
        Variant inverted = Variant.of(Method.standard()).withInvertedActivation();
        assertThat(inverted.label()).isEqualTo("standard+invact");
        assertThat(inverted.withDropout(0.1).label()).isEqualTo("standard+invact+dropout0.1");
        assertThat(Variant.of(Method.bdia(0.5)).withInvertedActivation().label())
                .isEqualTo("bdia+invact");
        assertThatThrownBy(() -> new Variant(Method.standard(), Backprop.REVERSIBLE))
                .hasMessageContaining("needs a method with an inverse");
    }

    @Test
    void aComparisonOfAVariantWithItselfIsRefusedBeforeAnyRun() {
        TrainingExperiment<TaskConfig.Images, VitConfig> experiment = Experiment.cifar10();
        assertThatThrownBy(() -> experiment.methods(Method.bdia(0.5), Method.bdia(0.5)))
                .hasMessageContaining("each variant once, but they are [bdia, bdia]");
        assertThat(experiment.methods(Method.bdia(0.5), Method.bdia(0.25)).seeds(2).configs())
                .hasSize(4);
    }

    @Test
    void aChildsLineTellsItsParentHowFarItIs() {
        var step = new TrainEvent.Step(3, 40, 0, 1.25, 1e-3, 1, 99);
        StepLine line = StepLine.parse(StepLine.format(step, 10));

        assertThat(line).isEqualTo(new StepLine(30, 400, "epoch 1 · loss 1.2500"));
        assertThat(line.loss()).hasValue(1.25);
        assertThat(new StepLine(1, 2, "epoch 1 · loss NaN").loss()).hasValue(Double.NaN);
        assertThat(new StepLine(1, 2, "reading").loss()).isEmpty();
        assertThatThrownBy(() -> StepLine.parse("@step anything else"))
                .hasMessageContaining("@step SAMPLES TOTAL WORDS");
    }
}

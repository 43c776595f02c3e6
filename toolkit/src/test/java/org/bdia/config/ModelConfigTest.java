package org.bdia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {

    @Test
    void sizesAreChangedInAnyOrder() {
        GptConfig gpt = GptConfig.nano().withWidth(30).withHeads(3);

        assertThat(gpt).isEqualTo(GptConfig.nano().withHeads(3).withWidth(30));
        assertThat(gpt.mlp()).isEqualTo(120);
        assertThat(gpt.withMlp(50).mlp()).isEqualTo(50);
        assertThatThrownBy(() -> GptConfig.nano().withWidth(30).requireBuildable())
                .hasMessage("width must be a multiple of heads, but width is 30 and heads is 4");
    }

    @Test
    void theMlpFollowsTheWidth() {
        assertThat(VitConfig.laptop().withWidth(96).mlp()).isEqualTo(192);
        assertThat(Seq2SeqConfig.paper().withWidth(256).mlp()).isEqualTo(1024);
        assertThat(VitConfig.laptop().withMlp(1).withWidth(1).mlp()).isEqualTo(1);
        assertThatThrownBy(() -> GptConfig.nano().withWidth(0))
                .hasMessage("width must be at least 1, but is 0");
    }

    /** Components are changed by name, so that each method is called once. */
    @ParameterizedTest
    @ValueSource(
            classes = {VitConfig.class, GptConfig.class, Seq2SeqConfig.class, TrainConfig.class})
    void everyChangeArrives(Class<?> type) throws ReflectiveOperationException {
        Map<Class<?>, Object> values =
                Map.of(
                        int.class,
                        8,
                        double.class,
                        0.25,
                        boolean.class,
                        true,
                        VitConfig.Pooling.class,
                        VitConfig.Pooling.CLASS_TOKEN,
                        ActivationConfig.class,
                        ActivationConfig.inverted(ActivationConfig.Function.SILU),
                        Schedule.class,
                        new Schedule.Constant(1),
                        OptimizerConfig.class,
                        OptimizerConfig.setAdam(),
                        Update.class,
                        Update.PER_BLOCK,
                        ClipBy.class,
                        ClipBy.BLOCK);
        Object config = example(type);
        for (Method method : type.getDeclaredMethods()) {
            if (method.getName().startsWith("with")
                    && method.getParameterCount() == 1
                    && method.getReturnType() == type) {
                String name = method.getName().substring("with".length());
                Object value = values.get(method.getParameterTypes()[0]);
                Object changed = method.invoke(config, value);
                String component =
                        name.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + name.substring(1);
                assertThat(type.getMethod(component).invoke(changed)).as(name).isEqualTo(value);
            }
        }
    }

    private static Object example(Class<?> type) {
        return type == VitConfig.class
                ? VitConfig.smoke()
                : type == GptConfig.class
                        ? GptConfig.nano()
                        : type == Seq2SeqConfig.class
                                ? Seq2SeqConfig.smoke()
                                : TrainConfig.of(1, 2, 0.1);
    }
}

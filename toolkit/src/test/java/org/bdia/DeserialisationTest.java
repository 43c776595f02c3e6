package org.bdia;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** No file that a user brings can choose which code runs: no Java deserialisation, no pickle, no types named in JSON. */
@AnalyzeClasses(packages = "org.bdia", importOptions = DoNotIncludeTests.class)
class DeserialisationTest {

    @ArchTest
    static final ArchRule NO_OBJECT_STREAMS =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching(
                            "java\\.io\\.Object(In|Out)putStream|java\\.io\\.ObjectInputFilter"
                                    + "|java\\.rmi\\..*|javax\\.management\\.remote\\..*"
                                    + "|java\\.beans\\.XML(De|En)coder");

    /** TorchScript archives hold pickles: the one that is loaded is written by the toolkit, in memory. */
    @ArchTest
    static final ArchRule NO_MODEL_FILES =
            noClasses()
                    .that()
                    .doNotHaveFullyQualifiedName("org.bdia.torch.TorchScript")
                    .should()
                    .callMethodWhere(
                            calls(
                                    "loadModule",
                                    "loadModuleFromHandle",
                                    "loadModel",
                                    "loadZooModel"));

    @ArchTest
    static final ArchRule NO_TYPES_NAMED_IN_JSON =
            noClasses()
                    .should()
                    .callMethodWhere(calls("activateDefaultTyping", "enableDefaultTyping"))
                    .orShould()
                    .accessField(JsonTypeInfo.Id.class, "CLASS")
                    .orShould()
                    .accessField(JsonTypeInfo.Id.class, "MINIMAL_CLASS");

    /** What the rules must find. */
    static final class Harmful {
        Object stream(InputStream in) throws IOException, ClassNotFoundException {
            try (ObjectInputStream objects = new ObjectInputStream(in)) {
                return objects.readObject();
            }
        }

        Object model(NDManager manager, InputStream in) throws IOException {
            return JniUtils.loadModule((PtNDManager) manager, in, false, false);
        }

        ObjectMapper json(ObjectMapper mapper) {
            return mapper.activateDefaultTyping(mapper.getPolymorphicTypeValidator());
        }
    }

    @Test
    void theRulesFindWhatTheyAreFor() {
        var harmful = new ClassFileImporter().importClasses(Harmful.class);
        for (ArchRule rule : List.of(NO_OBJECT_STREAMS, NO_MODEL_FILES, NO_TYPES_NAMED_IN_JSON)) {
            assertThatThrownBy(() -> rule.check(harmful))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("DeserialisationTest$Harmful");
        }
    }

    private static DescribedPredicate<JavaMethodCall> calls(String... names) {
        var wanted = Set.of(names);
        return DescribedPredicate.describe(
                "is to one of " + wanted, call -> wanted.contains(call.getTarget().getName()));
    }
}

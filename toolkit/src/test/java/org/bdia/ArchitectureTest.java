package org.bdia;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.conditions.ArchConditions.have;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;

import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.stream.Stream;

/** The one direction in which data flows, as the architecture page draws it. */
@AnalyzeClasses(packages = "org.bdia", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] INTERNAL = {"org.bdia.io..", "org.bdia.torch.."};

    @ArchTest
    static final ArchRule ROOMS_HAVE_NO_CYCLES =
            SlicesRuleDefinition.slices().matching("org.bdia.(*)..").should().beFreeOfCycles();

    @ArchTest static final ArchRule THE_KIT_KNOWS_NO_OTHER_ROOM = knowsNoOtherRoom("org.bdia.io..");

    @ArchTest
    static final ArchRule THE_ENGINE_KNOWS_NO_OTHER_ROOM = knowsNoOtherRoom("org.bdia.torch..");

    private static ArchRule knowsNoOtherRoom(String room) {
        return noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat(
                        resideInAPackage("org.bdia..").and(resideOutsideOfPackage(room)));
    }

    @ArchTest
    static final ArchRule KIT_AND_ENGINE_ARE_INTERNAL =
            noCodeUnits()
                    .that()
                    .areDeclaredInClassesThat(
                            resideOutsideOfPackages(INTERNAL).and(modifier(PUBLIC)))
                    .and()
                    .arePublic()
                    .should(
                            have(
                                    describe(
                                            "an internal type in their signature",
                                            ArchitectureTest::showsInternals)));

    private static boolean showsInternals(JavaCodeUnit unit) {
        return Stream.concat(
                        unit.getRawParameterTypes().stream(), Stream.of(unit.getRawReturnType()))
                .anyMatch(resideInAnyPackage(INTERNAL));
    }

    /** The line: what is to be done is said without tensors, and whatever works on files knows no more than that. */
    @ArchTest
    static final ArchRule CONFIGURATION_KNOWS_FILES_AND_DATA_SETS_ALONE =
            noClasses()
                    .that()
                    .resideInAPackage("org.bdia.config..")
                    .should()
                    .transitivelyDependOnClassesThat(
                            resideInAnyPackage("ai.djl..")
                                    .or(
                                            resideInAPackage("org.bdia..")
                                                    .and(
                                                            resideOutsideOfPackages(
                                                                    "org.bdia.config..",
                                                                    "org.bdia.io..",
                                                                    "org.bdia.data.."))));

    @ArchTest
    static final ArchRule RUNS_AND_REPORTS_REACH_NO_TENSORS =
            noClasses()
                    .that()
                    .resideInAnyPackage("org.bdia.run..", "org.bdia.report..")
                    .should()
                    .transitivelyDependOnClassesThat(
                            resideInAnyPackage(
                                    "ai.djl..",
                                    "org.bdia.torch..",
                                    "org.bdia.reversible..",
                                    "org.bdia.activation..",
                                    "org.bdia.nn..",
                                    "org.bdia.train.."));

    @ArchTest
    static final ArchRule THE_ARITHMETIC_KNOWS_NO_OTHER_ROOM =
            mayNotSee(
                    "reversible",
                    "data",
                    "activation",
                    "nn",
                    "train",
                    "run",
                    "report",
                    "metric",
                    "measure",
                    "experiment",
                    "notebook",
                    "cli");

    /** A branch is cut at its activation without knowing which block's it is. */
    @ArchTest
    static final ArchRule ACTIVATIONS_KNOW_NO_MODEL =
            mayNotSee(
                    "activation",
                    "data",
                    "nn",
                    "train",
                    "run",
                    "report",
                    "metric",
                    "measure",
                    "experiment",
                    "notebook",
                    "cli");

    @ArchTest
    static final ArchRule MODELS_SEE_ARITHMETIC_AND_ACTIVATIONS_ALONE =
            mayNotSee(
                    "nn",
                    "data",
                    "train",
                    "run",
                    "report",
                    "metric",
                    "measure",
                    "experiment",
                    "notebook",
                    "cli");

    @ArchTest
    static final ArchRule DATA_SEE_NO_OTHER_ROOM =
            mayNotSee(
                    "data",
                    "reversible",
                    "nn",
                    "train",
                    "run",
                    "report",
                    "metric",
                    "measure",
                    "experiment",
                    "notebook",
                    "cli");

    @ArchTest
    static final ArchRule SCORES_SEE_NO_OTHER_ROOM =
            mayNotSee(
                    "metric",
                    "data",
                    "reversible",
                    "activation",
                    "nn",
                    "train",
                    "run",
                    "report",
                    "measure",
                    "experiment",
                    "notebook",
                    "cli");

    @ArchTest
    static final ArchRule TRAINING_WRITES_NO_RUNS_AND_NO_REPORTS =
            mayNotSee("train", "run", "report", "measure", "experiment", "notebook", "cli");

    @ArchTest
    static final ArchRule REPORTS_READ_FILES_ALONE =
            mayNotSee(
                    "report",
                    "reversible",
                    "activation",
                    "nn",
                    "train",
                    "measure",
                    "experiment",
                    "notebook",
                    "cli");

    @ArchTest
    static final ArchRule MEASURING_READS_NO_DATA_AND_WRITES_NO_RUNS =
            mayNotSee(
                    "measure", "data", "run", "report", "metric", "experiment", "notebook", "cli");

    @ArchTest
    static final ArchRule NOBODY_IMPORTS_THE_FACADE_BUT_THE_COMMAND_LINE =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("org.bdia.experiment..", "org.bdia.cli..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.bdia.experiment..", "org.bdia.cli..");

    @ArchTest
    static final ArchRule NO_TENSORS_BELOW_THE_LINE =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "org.bdia.run..",
                            "org.bdia.report..",
                            "org.bdia.metric..",
                            "org.bdia.notebook..",
                            "org.bdia.data..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("ai.djl..");

    private static ArchRule mayNotSee(String room, String... others) {
        String[] packages = new String[others.length];
        for (int i = 0; i < others.length; i++) {
            packages[i] = "org.bdia." + others[i] + "..";
        }
        return noClasses()
                .that()
                .resideInAPackage("org.bdia." + room + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages)
                .allowEmptyShould(true);
    }
}

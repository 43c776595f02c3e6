package org.bdia;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.conditions.ArchConditions.have;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The one direction in which data flows, as the architecture page draws it. */
@AnalyzeClasses(packages = "org.bdia", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] INTERNAL = {"org.bdia.io..", "org.bdia.torch.."};

    @ArchTest
    static final ArchRule ROOMS_HAVE_NO_CYCLES =
            SlicesRuleDefinition.slices().matching("org.bdia.(*)..").should().beFreeOfCycles();

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

    /** Every arrow of the architecture page: a room, and the rooms that it may know. */
    private static final Map<String, Set<String>> ARROWS =
            Map.ofEntries(
                    entry("io", Set.of()),
                    entry("torch", Set.of()),
                    entry("metric", Set.of()),
                    entry("data", Set.of("io")),
                    entry("config", Set.of("io", "data")),
                    entry("reversible", Set.of("io", "torch", "config")),
                    entry("activation", Set.of("torch", "config", "reversible")),
                    entry("nn", Set.of("io", "torch", "config", "reversible", "activation")),
                    entry("train", Set.of("io", "torch", "data", "config", "reversible", "nn")),
                    entry(
                            "measure",
                            Set.of("io", "torch", "data", "config", "reversible", "nn", "train")),
                    entry("run", Set.of("io", "data", "config")),
                    entry("report", Set.of("io", "data", "config", "run")),
                    entry("notebook", Set.of("data", "run", "report")));

    @ArchTest
    static void roomsKnowNoOthersThanTheyMay(JavaClasses classes) {
        ARROWS.forEach(
                (room, known) -> {
                    String[] packages =
                            Stream.concat(Stream.of(room), known.stream())
                                    .map(name -> "org.bdia." + name + "..")
                                    .toArray(String[]::new);
                    noClasses()
                            .that()
                            .resideInAPackage("org.bdia." + room + "..")
                            .should()
                            .dependOnClassesThat(
                                    resideInAPackage("org.bdia..")
                                            .and(resideOutsideOfPackages(packages)))
                            .check(classes);
                });
    }

    @ArchTest
    static void everyRoomButTheFacadesIsListed(JavaClasses classes) {
        Set<String> rooms =
                classes.stream()
                        .map(type -> type.getPackageName().split("\\."))
                        .filter(parts -> parts.length > 2)
                        .map(parts -> parts[2])
                        .collect(Collectors.toSet());
        rooms.removeAll(Set.of("experiment", "cli"));
        assertThat(rooms).isEqualTo(ARROWS.keySet());
    }

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
}

package io.troupe.node;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Holds the shape of the code: modules depend downwards only, and what decides is plain Java.
 *
 * <p>The pure packages run in a unit test, the simulator, {@code explain} and the benchmark alike,
 * and give the same answer each time; so they know neither Pekko, nor what time it is, nor chance.
 * Only {@code *Actor} may, together with the messages nested in it.
 */
@AnalyzeClasses(
    packages = "io.troupe",
    importOptions = {DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {

  private static final DescribedPredicate<JavaClass> PURE =
      resideInAnyPackage(
              "io.troupe.drivers.spi..",
              "io.troupe.actors.instance..",
              "io.troupe.actors.scheduler..",
              "io.troupe.actors..operation..",
              "io.troupe.actors..filter..",
              "io.troupe.actors..weigher..")
          .and(
              describe(
                  "are not part of an actor",
                  type -> !outermost(type).getSimpleName().endsWith("Actor")));

  @ArchTest
  static final ArchRule modulesDependDownwardsOnly =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.troupe..")
          .withOptionalLayers(true)
          .layer("config")
          .definedBy("io.troupe.config..")
          .layer("cluster-core")
          .definedBy("io.troupe.core..")
          .layer("drivers")
          .definedBy("io.troupe.drivers..")
          .layer("actors")
          .definedBy("io.troupe.actors..")
          .layer("http")
          .definedBy("io.troupe.http..")
          .layer("node")
          .definedBy("io.troupe.node..")
          .ensureAllClassesAreContainedInArchitecture()
          .whereLayer("config")
          .mayNotAccessAnyLayer()
          .whereLayer("cluster-core")
          .mayOnlyAccessLayers("config")
          .whereLayer("drivers")
          .mayOnlyAccessLayers("cluster-core", "config")
          .whereLayer("actors")
          .mayOnlyAccessLayers("drivers", "cluster-core", "config")
          .whereLayer("http")
          .mayOnlyAccessLayers("actors", "drivers", "cluster-core", "config")
          .whereLayer("node")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule purePackagesDoNotKnowPekko =
      noClasses().that(PURE).should().dependOnClassesThat().resideInAPackage("org.apache.pekko..");

  @ArchTest
  static final ArchRule purePackagesAreToldTheTime =
      noClasses()
          .that(PURE)
          .should()
          .accessTargetWhere(describe("it reads a clock", ArchitectureTest::readsClock))
          .because("time comes in as an argument: a decision must be repeatable");

  @ArchTest
  static final ArchRule purePackagesAreToldTheirChance =
      noClasses()
          .that(PURE)
          .should()
          .accessTargetWhere(describe("it draws at random", ArchitectureTest::drawsAtRandom))
          .because("ids and seeds come in as arguments: a decision must be repeatable");

  @ArchTest
  static final ArchRule onlyTheNodeSpeaksToTheTerminal =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.troupe.node..")
          .should(ACCESS_STANDARD_STREAMS)
          .because("modules log through SLF4J");

  @ArchTest
  static final ArchRule loggingIsSlf4j =
      noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

  /**
   * {@code Instant.now()}, {@code LocalDate.now(zone)} and their like, {@code Clock.system*},
   * {@code System}'s two clocks.
   */
  private static boolean readsClock(JavaAccess<?> access) {
    var owner = access.getTargetOwner();
    var name = access.getTarget().getName();
    return owner.getPackageName().equals("java.time") && name.equals("now")
        || owner.isEquivalentTo(Clock.class)
            && (name.startsWith("system") || name.startsWith("tick"))
        || owner.isEquivalentTo(System.class)
            && (name.equals("currentTimeMillis") || name.equals("nanoTime"));
  }

  /** Unseeded sources; {@code new Random(seed)} is what a pure function should use. */
  private static boolean drawsAtRandom(JavaAccess<?> access) {
    var owner = access.getTargetOwner();
    var name = access.getTarget().getName();
    return owner.isEquivalentTo(UUID.class) && name.equals("randomUUID")
        || owner.isEquivalentTo(Math.class) && name.equals("random")
        || owner.isEquivalentTo(SecureRandom.class)
        || owner.isEquivalentTo(ThreadLocalRandom.class);
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
  }

  /** A module's test kit that others test with is a test all the same. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }
}

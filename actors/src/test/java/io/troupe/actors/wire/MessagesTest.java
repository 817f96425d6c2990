package io.troupe.actors.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.project.QuotaUsage;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.PlacementReport;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.SchedulerFigures;
import io.troupe.actors.scheduler.pool.VolumeDecision;
import io.troupe.actors.volume.ProjectVolumes;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.core.serialization.CborSerializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every message and answer that may have to go to another node survives the way, as the node's own
 * configuration writes it.
 */
class MessagesTest {
  private static ActorTestKit testKit;

  @BeforeAll
  static void start() {
    testKit =
        ActorTestKit.create(
            "wire",
            ConfigFactory.parseString("pekko.actor.provider = local")
                .withFallback(ConfigFactory.parseResources("troupe-pekko.conf"))
                .withFallback(ConfigFactory.load()));
  }

  @AfterAll
  static void stop() {
    testKit.shutdownTestKit();
  }

  /** The messages and answers that stand beside their actors, and the answers that do not. */
  static Stream<Class<?>> messages() {
    var beside =
        Stream.of(
                InstanceActor.class,
                HostActor.class,
                ConnectionActor.class,
                ProjectActor.class,
                NetworkActor.class,
                VolumesActor.class,
                CatalogActor.class,
                SchedulerActor.class)
            .flatMap(actor -> Arrays.stream(actor.getDeclaredClasses()))
            .filter(type -> type.isRecord() && CborSerializable.class.isAssignableFrom(type));
    var elsewhere =
        List.of(
                Decision.class,
                PlacementReport.class,
                ProjectVolumes.class,
                QuotaUsage.class,
                Rejection.class,
                SchedulerFigures.class,
                VolumeDecision.class)
            .stream()
            .flatMap(type -> Specimens.leaves(type).stream());
    return Stream.concat(beside, elsewhere);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void survives(Class<?> message) {
    var specimens = new Specimens(Optional.of(testKit.createTestProbe().getRef())).of(message);

    assertThat(specimens).isNotEmpty();
    specimens.forEach(
        specimen -> testKit.serializationTestKit().verifySerialization(specimen, true));
  }
}

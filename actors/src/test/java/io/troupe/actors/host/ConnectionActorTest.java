package io.troupe.actors.host;

import static io.troupe.actors.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Stage;
import io.troupe.actors.catalog.Connection;
import io.troupe.config.DriverSettings;
import io.troupe.config.FleetSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.drivers.DriverProviders;
import io.troupe.drivers.spi.DriverContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A connection on a node that hears of the catalog's writes late, and of what it is told sometimes
 * not at all.
 */
class ConnectionActorTest {
  private static final ConnectionId ID = new ConnectionId("c-1");
  private static final Duration HEARTBEAT =
      Duration.ofMillis(FleetSettings.DEFAULT.heartbeatMillis());

  @RegisterExtension static final Stage stage = new Stage();

  @TempDir Path guests;
  private volatile Optional<Connection> registered = Optional.empty();
  private ActorRef<ConnectionActor.Message> actor;
  private TestProbe<ConnectionActor.Hosts> asker;

  @BeforeEach
  void enter() {
    stage.clear();
    asker = stage.probe(ConnectionActor.Hosts.class);
    actor =
        stage.enter(
            ConnectionActor.create(
                ID,
                stage,
                () -> registered,
                DriverProviders.onClassPath(),
                new DriverContext(
                    _ -> {
                      throw new IOException("no image");
                    },
                    event -> {}),
                DriverSettings.DEFAULT,
                FleetSettings.DEFAULT,
                stage));
  }

  private Connection connection(boolean enabled, Instant createdAt) {
    return new Connection(
        "c-1", "fake://?hosts=1&state=" + guests, Map.of(), enabled, "", createdAt);
  }

  private void isUp() {
    registered = Optional.of(connection(true, NOW));
    actor.tell(new ConnectionActor.Wake());
    actor.tell(new ConnectionActor.ListHosts(false, asker.getRef()));
    assertThat(asker.receiveMessage().state()).isEqualTo("up");
    assertThat(stage.nextToOthers(HostActor.Seen.class).by()).contains(actor);
  }

  /** Real drivers answer on threads of their own: their time is not the stage's. */
  private <M> M afterHeartbeats(Class<M> kind) {
    stage.pass(HEARTBEAT);
    return stage.nextToOthers(kind);
  }

  @Test
  void whoRegistersIsAnsweredThoughTheCatalogsNewsComesLate() {
    actor.tell(new ConnectionActor.ListHosts(false, asker.getRef()));
    asker.expectNoMessage(Duration.ofMillis(50));

    registered = Optional.of(connection(true, NOW));
    stage.pass(Duration.ofMillis(200));

    assertThat(asker.receiveMessage())
        .satisfies(
            answer -> {
              assertThat(answer.state()).as(answer.error()).isEqualTo("up");
              assertThat(answer.hosts()).hasSize(1);
            });
  }

  @Test
  void whatNobodyRegisteredIsDownInTheEnd() {
    actor.tell(new ConnectionActor.ListHosts(false, asker.getRef()));
    stage.until(
        () -> {
          stage.pass(Duration.ofMillis(200));
          return stage
              .askSoon(
                  actor,
                  ConnectionActor.Hosts.class,
                  to -> new ConnectionActor.ListHosts(false, to))
              .isPresent();
        });

    var answer = asker.receiveMessage();

    assertThat(answer.state()).isEqualTo("down");
    assertThat(answer.error()).isEqualTo("no connection of this name is registered");
  }

  @Test
  void aRemovedConnectionForgetsItsHostsThoughNobodyToldIt() {
    isUp();

    registered = Optional.empty();

    assertThat(afterHeartbeats(HostActor.Forget.class)).isNotNull();
  }

  @Test
  void oneThatWasMadeAnewDoesNotGoOnAsTheOldOne() {
    isUp();

    registered = Optional.of(connection(true, NOW.plusSeconds(60)));

    assertThat(afterHeartbeats(HostActor.Forget.class)).isNotNull();
  }

  @Test
  void hostsOfOneThatWasEnabledSayAnewWhatTheyAre() {
    isUp();

    registered = Optional.of(connection(false, NOW));

    assertThat(afterHeartbeats(HostActor.Publish.class)).isNotNull();
    actor.tell(new ConnectionActor.ListHosts(false, asker.getRef()));
    assertThat(asker.receiveMessage().state()).as("it goes on").isEqualTo("up");
  }
}

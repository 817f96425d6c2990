package io.troupe.drivers.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestTarget;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A guest that is made on the root disk which an older one of its instance had elsewhere. */
class FormerDiskTest {
  private FakeDriver driver;

  @AfterEach
  void close() {
    driver.close();
  }

  private void open(String options) throws DriverException {
    driver = FakeWorld.open(FakeWorld.connection("hosts=3&prefix=h&" + options));
  }

  private DriverResult.Guest run(DriverCommand command) throws DriverException {
    return (DriverResult.Guest) driver.execute(command, Cancellation.NEVER);
  }

  private DriverResult.Guest respawn(GuestTarget target) throws DriverException {
    return run(new DriverCommand.Spawn(target, FakeWorld.spawn(target).spec(), true));
  }

  private static GuestTarget at(GuestTarget former, String host, long generation) {
    return new GuestTarget(
        former.instance(), host, generation, 1, OperationId.fresh(), Instant.now().plusSeconds(60));
  }

  private void requireNoDisk(GuestTarget target) {
    assertThatThrownBy(() -> respawn(target))
        .isInstanceOfSatisfying(
            DriverException.class,
            refused -> {
              assertThat(refused.failure().kind()).isEqualTo(DriverFailure.Kind.INSTANCE_FAULT);
              assertThat(refused).hasMessageContaining("is not on " + target.host());
            });
  }

  @Test
  void isThereWhileTheDeadHostHasItAndAfterThatOneHasLeftIt() throws Exception {
    open("sharedPool=san");
    var dead = FakeWorld.target("h1");
    run(FakeWorld.spawn(dead));

    assertThat(respawn(at(dead, "h2", 2)).power()).isEqualTo(PowerState.RUNNING);
    run(new DriverCommand.Destroy(dead, true)); // it is back
    run(new DriverCommand.Destroy(at(dead, "h2", 2), true)); // that one has died too
    assertThat(respawn(at(dead, "h3", 3)).power()).isEqualTo(PowerState.RUNNING);

    run(new DriverCommand.Destroy(at(dead, "h3", 3)));
    requireNoDisk(at(dead, "h2", 4));
  }

  @Test
  void isMissedWhereNobodyHadOne() throws Exception {
    open("sharedPool=san");

    requireNoDisk(FakeWorld.target("h1"));
  }

  @Test
  void isNotSeenByAHostWithAStorageOfItsOwn() throws Exception {
    open("seed=1");
    var dead = FakeWorld.target("h1");
    run(FakeWorld.spawn(dead));

    requireNoDisk(at(dead, "h2", 2));
  }

  @Test
  void isGoneOnceANewOneWasMade() throws Exception {
    open("sharedPool=san");
    var dead = FakeWorld.target("h1");
    run(FakeWorld.spawn(dead));
    run(new DriverCommand.Destroy(dead, true));

    run(FakeWorld.spawn(at(dead, "h2", 2)));
    run(new DriverCommand.Destroy(at(dead, "h2", 2)));

    requireNoDisk(at(dead, "h3", 3));
  }
}

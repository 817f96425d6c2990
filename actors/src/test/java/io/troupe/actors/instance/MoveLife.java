package io.troupe.actors.instance;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.H2;
import static io.troupe.actors.Examples.H3;
import static io.troupe.actors.Examples.adminOrigin;
import static io.troupe.actors.Examples.origin;

import io.troupe.config.MoveSettings;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.MoveTicket;
import java.util.Map;
import java.util.Optional;

/** Instances on h1 that move, taken through it by hand. */
final class MoveLife {
  static final MoveTicket TICKET =
      MoveTicket.offered("fake", Map.of("host", "h1"))
          .prepared(MoveTicket.Storage.BLOCK, Map.of("host", "h2"));

  /** Twice of everything, so that "the larger" is the new one. */
  static final FlavorAtBoot LARGE =
      new FlavorAtBoot("3", "m1.medium", 2, 4096, 40, 0, 512, Map.of());

  /** More vCPUs and less RAM: the larger is neither. */
  static final FlavorAtBoot SKEWED =
      new FlavorAtBoot("4", "c1.small", 4, 1024, 20, 0, 512, Map.of());

  static final StepOutcome.Done DONE = new StepOutcome.Done("");
  static final StepOutcome.Claimed CLAIMED = new StepOutcome.Claimed("zone-2");
  static final StepOutcome.Ticketed TICKETED = new StepOutcome.Ticketed(TICKET);

  private MoveLife() {}

  static StepOutcome.Guest guest(PowerState power) {
    return new StepOutcome.Guest(true, power);
  }

  static StepOutcome.Guest gone() {
    return new StepOutcome.Guest(false, PowerState.NOSTATE);
  }

  static UserCommand resize() {
    return new UserCommand.Resize(origin("resize"), LARGE, Optional.empty());
  }

  static UserCommand liveMigrate() {
    return new UserCommand.LiveMigrate(
        adminOrigin("live"), Optional.empty(), false, MoveTicket.Storage.UNKNOWN);
  }

  static UserCommand evacuate() {
    return new UserCommand.Evacuate(adminOrigin("evacuate"), Optional.empty(), false, false);
  }

  static OperationSettings sameHostToo(OperationSettings settings) {
    return settings.with(new MoveSettings(3_600_000, 60_000, true, false, false, 0, 0, 0, false));
  }

  /** Resized to the large flavor, claimed on h2 with the alternate h3. */
  static Life claimed(UserCommand command) {
    return Life.active().does(command).gets(DONE).gets(Life.placed(H2, H3)).gets(CLAIMED);
  }

  /** Up to the copy that is finished on h2, about to be started. */
  static Life finished(UserCommand command) {
    return claimed(command)
        .gets(TICKETED)
        .gets(TICKETED)
        .gets(guest(PowerState.SHUTDOWN))
        .gets(guest(PowerState.SHUTDOWN))
        .gets(guest(PowerState.SHUTDOWN));
  }

  /** From h1 to h2, running. */
  static Life resized() {
    return finished(resize()).gets(guest(PowerState.RUNNING));
  }

  static Life resizedOnOneHost() {
    return Life.active()
        .under(sameHostToo(Life.SETTINGS))
        .does(resize())
        .gets(DONE)
        .gets(Life.placed(H1))
        .gets(new StepOutcome.Claimed("zone-1"))
        .gets(guest(PowerState.SHUTDOWN))
        .gets(guest(PowerState.SHUTDOWN))
        .gets(guest(PowerState.SHUTDOWN))
        .gets(guest(PowerState.RUNNING));
  }

  /** On its way from h1 to h2, with the alternate h3. */
  static Life migrating() {
    return Life.active()
        .does(liveMigrate())
        .gets(Life.placed(H2, H3))
        .gets(CLAIMED)
        .gets(TICKETED)
        .gets(TICKETED);
  }
}

package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.host.HostActor.ClaimMade;
import io.troupe.actors.host.HostActor.ClaimRefused;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A hundred want the last place of a fleet: one gets it, the others are told why not. */
class LastPlaceTest {
  private static final HostId HOST = Examples.H1;
  @RegisterExtension static final Stage stage = new Stage();

  private OneHost one;
  private ActorRef<SchedulerActor.Message> scheduler;
  private ActorRef<HostActor.Message> host;

  @BeforeEach
  void oneHostWithOnePlace() {
    stage.clear();
    one = OneHost.enter(stage, 1, () -> SchedulerSettings.DEFAULT, stage.nobody());
    scheduler = one.scheduler();
    host = one.host();
  }

  private static List<RequestSpec> hundred() {
    return Stream.generate(() -> RequestDraft.any().spec()).limit(100).toList();
  }

  @Test
  void theSchedulerGivesItAwayOnce() {
    TestProbe<Decision> asker = stage.probe(Decision.class);
    hundred().forEach(spec -> scheduler.tell(new SchedulerActor.Place(spec, asker.getRef())));
    stage.untilLateWordsAreThere(scheduler);

    List<Decision> answers = asker.receiveSeveralMessages(100);

    assertThat(answers).filteredOn(Decision.Placed.class::isInstance).hasSize(1);
    assertThat(answers)
        .filteredOn(Decision.NoValidHost.class::isInstance)
        .hasSize(99)
        .allSatisfy(
            answer ->
                assertThat(((Decision.NoValidHost) answer).explanation().message())
                    .isEqualTo(
                        "1 host considered; RamFilter removed 1 (nearest miss %s: ram 1024 MiB"
                            + " asked, 0 MiB free)",
                        HOST));
  }

  /** As if a hundred schedulers had sent them. */
  @Test
  void theHostGrantsItOnce() {
    TestProbe<HostActor.ClaimReply> asker = stage.probe(HostActor.ClaimReply.class);
    hundred().forEach(spec -> host.tell(new HostActor.MakeClaim(spec, 1, asker.getRef())));

    List<HostActor.ClaimReply> answers = asker.receiveSeveralMessages(100);

    assertThat(answers).filteredOn(ClaimMade.class::isInstance).hasSize(1);
    assertThat(answers)
        .filteredOn(ClaimRefused.class::isInstance)
        .hasSize(99)
        .allMatch(new ClaimRefused("1 vCPU asked, 0 free")::equals);
    stage.until(() -> one.figures().conflicts() == 99);
  }
}

package io.troupe.actors.instance;

import static io.troupe.actors.Examples.adminOrigin;
import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Rejection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What changes at once. */
class EditsTest {
  private static BootRequest request(Life life) {
    return life.state().request().orElseThrow();
  }

  @Nested
  class Revise {
    @Test
    void changesWhatItNamesAndNothingElse() {
      var before = request(Life.active());

      var after =
          request(
              Life.active()
                  .does(
                      new UserCommand.Revise(
                          origin("u"),
                          new Revision(
                              Optional.empty(),
                              Optional.of(new Revision.Description(Optional.empty())),
                              Optional.of("db-1"),
                              Optional.of(""),
                              Optional.of("2001:db8::1"),
                              Optional.of("MANUAL")))));

      assertThat(after.name()).isEqualTo(before.name());
      assertThat(after.description()).isEmpty();
      assertThat(after.hostname()).isEqualTo("db-1");
      assertThat(after.accessIpv4()).as("an empty text takes it away").isEmpty();
      assertThat(after.accessIpv6()).contains("2001:db8::1");
      assertThat(after.diskConfig()).isEqualTo("MANUAL");
      assertThat(after.metadata()).isEqualTo(before.metadata());
    }
  }

  @Nested
  class Metadata {
    @Test
    void isMergedReplacedAndTakenAway() {
      var life = Life.active();

      life.does(new UserCommand.MergeMetadata(origin("1"), Map.of("a", "1"), -1));
      assertThat(request(life).metadata()).isEqualTo(Map.of("role", "web", "a", "1"));
      life.does(new UserCommand.DeleteMetadata(origin("2"), "role"));
      assertThat(request(life).metadata()).isEqualTo(Map.of("a", "1"));
      life.does(new UserCommand.ReplaceMetadata(origin("3"), Map.of("b", "2"), -1));
      assertThat(request(life).metadata()).isEqualTo(Map.of("b", "2"));
    }

    @Test
    void overTheLimitIsRefusedWhole() {
      var refusal =
          Life.active()
              .refuses(new UserCommand.MergeMetadata(origin("1"), Map.of("a", "1", "b", "2"), 2));

      assertThat(refusal).isEqualTo(new Rejection.QuotaExceeded("metadata_items", 3, 1, 2));
    }

    @Test
    void thatIsThereAlreadyIsNoEvent() {
      Life.active().ignores(new UserCommand.MergeMetadata(origin("1"), Map.of("role", "web"), 1));
    }
  }

  @Nested
  class Tags {
    @Test
    void areAddedReplacedAndTakenAway() {
      var life = Life.active().does(new UserCommand.AddTag(origin("1"), "red"));

      assertThat(request(life).tags()).containsExactly("blue", "red");
      life.does(new UserCommand.DeleteTag(origin("2"), "blue"));
      assertThat(request(life).tags()).containsExactly("red");
      life.does(new UserCommand.ReplaceTags(origin("3"), List.of("x", "y", "x")));
      assertThat(request(life).tags()).containsExactly("x", "y");
      life.does(new UserCommand.DeleteTags(origin("4")));
      assertThat(request(life).tags()).isEmpty();
    }

    @Test
    void areFiftyAtMost() {
      var fifty = IntStream.range(0, 50).mapToObj(n -> "t" + n).toList();
      var life = Life.active().does(new UserCommand.ReplaceTags(origin("1"), fifty));

      assertThat(life.refuses(new UserCommand.AddTag(origin("2"), "one more")))
          .isInstanceOf(Rejection.Invalid.class);
    }
  }

  @Nested
  class Locking {
    @Test
    void keepsTheOwnerFromEverythingButUnlocking() {
      var life =
          Life.active().does(new UserCommand.LockIt(origin("l"), Optional.of("in production")));

      assertThat(life.state().lock())
          .contains(new Lock(Lock.By.OWNER, Optional.of("in production")));
      assertThat(life.refuses(new UserCommand.Stop(origin("s"))))
          .isInstanceOf(Rejection.Locked.class);
      assertThat(life.refuses(new UserCommand.Delete(origin("d"))))
          .isInstanceOf(Rejection.Locked.class);
      life.does(new UserCommand.Unlock(origin("u")));
      assertThat(life.state().lock()).isEmpty();
      assertThat(life.state().trails())
          .extracting(OperationTrail::action)
          .containsExactly("create", "lock", "unlock");
      assertThat(life.state().trails()).allMatch(trail -> trail.finishedAt().isPresent());
    }

    @Test
    void doesNotStopAnAdministrator() {
      var life = Life.active().does(new UserCommand.LockIt(origin("l"), Optional.empty()));

      life.does(new UserCommand.Stop(adminOrigin("s")));

      assertThat(life.state().taskState()).contains(TaskState.POWERING_OFF);
    }

    @Test
    void byAnAdministratorIsNotTheOwnersToUndo() {
      var life = Life.active().does(new UserCommand.LockIt(adminOrigin("l"), Optional.empty()));

      assertThat(life.refuses(new UserCommand.Unlock(origin("u"))))
          .isInstanceOf(Rejection.Locked.class);
      life.ignores(new UserCommand.LockIt(origin("again"), Optional.of("mine")));
      life.does(new UserCommand.Unlock(adminOrigin("v")));
      assertThat(life.state().lock()).isEmpty();
    }

    @Test
    void takenOverByAnAdministratorKeepsTheReason() {
      var life =
          Life.active()
              .does(new UserCommand.LockIt(origin("l"), Optional.of("mine")))
              .does(new UserCommand.LockIt(adminOrigin("m"), Optional.empty()));

      assertThat(life.state().lock()).contains(new Lock(Lock.By.ADMIN, Optional.of("mine")));
    }

    @Test
    void duringAnOperationLetsItEnd() {
      var life = Life.atSpawn().does(new UserCommand.LockIt(origin("l"), Optional.empty()));

      life.gets(new StepOutcome.Guest(true, io.troupe.core.value.PowerState.RUNNING));

      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }
  }
}

package io.troupe.actors.project;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.Stage;
import io.troupe.core.value.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProjectActorTest {
  private static final Resources SMALL = new Resources(1, 1024, 10);

  @RegisterExtension static final Stage stage = new Stage();

  private volatile Limits limits = new Limits(10, -1, -1, -1);
  private final CountDownLatch firstBatch = new CountDownLatch(1);
  private ActorRef<ProjectActor.Message> actor;

  private Behavior<ProjectActor.Message> behavior() {
    return ProjectActor.create(Examples.PROJECT, () -> limits, stage.journalMeter());
  }

  @BeforeEach
  void enter() {
    stage.clear();
    actor = stage.enter(behavior());
  }

  private ProjectActor.Reply reserve(int instance) {
    return stage.ask(
        actor,
        ProjectActor.Reply.class,
        to ->
            new ProjectActor.Reserve(Examples.instance(instance), SMALL, Optional.empty(), 0, to));
  }

  private ProjectActor.Reply release(int instance) {
    return stage.ask(
        actor,
        ProjectActor.Reply.class,
        to -> new ProjectActor.Release(List.of(Examples.instance(instance)), to));
  }

  private int counted() {
    return stage.ask(actor, QuotaUsage.class, ProjectActor.GetUsage::new).instances();
  }

  private int writes() {
    return stage.journal("project|demo").size();
  }

  @Test
  void aStormGetsExactlyTheQuota() {
    var replies = stage.probe(ProjectActor.Reply.class);
    IntStream.rangeClosed(1, 1000)
        .parallel()
        .forEach(
            number ->
                actor.tell(
                    new ProjectActor.Reserve(
                        Examples.instance(number), SMALL, Optional.empty(), 0, replies.getRef())));

    var granted =
        replies.receiveSeveralMessages(1000).stream()
            .filter(ProjectActor.Granted.class::isInstance)
            .count();

    assertThat(granted).isEqualTo(10);
    assertThat(counted()).isEqualTo(10);
  }

  /** The first batch is held up until all the others are there. */
  @Test
  void whatComesDuringAWriteIsWrittenTogether() throws InterruptedException {
    actor =
        stage.enter(
            ProjectActor.create(
                new io.troupe.core.value.ProjectId("busy"),
                () -> {
                  hold();
                  return new Limits(-1, -1, -1, -1);
                },
                stage.journalMeter()));
    var replies = stage.probe(ProjectActor.Reply.class);
    for (int number = 1; number <= 1000; number++) {
      actor.tell(
          new ProjectActor.Reserve(
              Examples.instance(number), SMALL, Optional.empty(), 0, replies.getRef()));
    }
    firstBatch.countDown();

    assertThat(replies.receiveSeveralMessages(1000))
        .allMatch(ProjectActor.Granted.class::isInstance);
    assertThat(stage.journal("project|busy")).hasSizeLessThanOrEqualTo(3);
  }

  /** As when a reset breaks off a soft delete: both questions reach one write. */
  @Test
  void whatIsAskedLastHoldsWithinOneWrite() throws InterruptedException {
    actor =
        stage.enter(
            ProjectActor.create(
                new io.troupe.core.value.ProjectId("undecided"),
                () -> {
                  hold();
                  return new Limits(-1, -1, -1, -1);
                },
                stage.journalMeter()));
    var replies = stage.probe(ProjectActor.Reply.class);
    var other =
        new ProjectActor.Reserve(
            Examples.instance(9), SMALL, Optional.empty(), 0, replies.getRef());
    actor.tell(other); // the first batch, which holds up the rest
    for (int instance : new int[] {1, 2}) {
      var id = Examples.instance(instance);
      var reserve = new ProjectActor.Reserve(id, SMALL, Optional.empty(), 0, replies.getRef());
      var release = new ProjectActor.Release(List.of(id), replies.getRef());
      actor.tell(reserve);
      actor.tell(release);
      if (instance == 1) {
        actor.tell(reserve);
      }
    }
    firstBatch.countDown();
    replies.receiveSeveralMessages(6);

    assertThat(counted()).as("the other one, and the first").isEqualTo(2);
  }

  private void hold() {
    try {
      firstBatch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anInstanceCountsOnceHoweverOftenItIsAsked() {
    reserve(1);

    assertThat(reserve(1)).isEqualTo(new ProjectActor.Granted());

    assertThat(counted()).isOne();
    assertThat(writes()).isOne();
  }

  @Test
  void aRefusalNamesTheValuesAndWritesNothing() {
    limits = new Limits(-1, 2, -1, -1);
    reserve(1);
    reserve(2);

    assertThat(reserve(3))
        .isEqualTo(new ProjectActor.Refused(new Rejection.QuotaExceeded("cores", 1, 2, 2)));
    assertThat(writes()).isEqualTo(2);
  }

  @Test
  void whatIsReleasedMayBeTakenByAnother() {
    limits = new Limits(1, -1, -1, -1);
    reserve(1);
    assertThat(reserve(2)).isInstanceOf(ProjectActor.Refused.class);

    release(1);

    assertThat(reserve(2)).isEqualTo(new ProjectActor.Granted());
  }

  @Test
  void aReleaseOfWhatDoesNotCountIsHarmless() {
    assertThat(release(1)).isEqualTo(new ProjectActor.Granted());
    assertThat(writes()).isZero();
  }

  @Test
  void aLimitThatWasLoweredHoldsAtOnce() {
    reserve(1);
    limits = new Limits(1, -1, -1, -1);

    assertThat(reserve(2)).isInstanceOf(ProjectActor.Refused.class);
  }

  /** However many boot into a group at once, it has no more members than the quota allows. */
  @Test
  void aGroupHasOnlySoManyMembers() {
    limits = new Limits(-1, -1, -1, 2);

    assertThat(reserve(1, "g")).isEqualTo(new ProjectActor.Granted());
    assertThat(reserve(2, "g")).isEqualTo(new ProjectActor.Granted());
    assertThat(reserve(3, "g"))
        .isEqualTo(
            new ProjectActor.Refused(new Rejection.QuotaExceeded("server_group_members", 1, 2, 2)));
    assertThat(reserve(3, "h")).isEqualTo(new ProjectActor.Granted());
    release(1);
    actor = stage.killAndBringBack(actor, behavior());
    assertThat(reserve(4, "g")).isEqualTo(new ProjectActor.Granted());
    assertThat(reserve(5, "g")).isInstanceOf(ProjectActor.Refused.class);
  }

  private ProjectActor.Reply reserve(int instance, String group) {
    return stage.ask(
        actor,
        ProjectActor.Reply.class,
        to ->
            new ProjectActor.Reserve(
                Examples.instance(instance), SMALL, Optional.of(group), 0, to));
  }

  private ProjectActor.Reply resize(int instance, Resources amount, long generation) {
    return stage.ask(
        actor,
        ProjectActor.Reply.class,
        to ->
            new ProjectActor.Reserve(
                Examples.instance(instance), amount, Optional.empty(), generation, to));
  }

  private Resources sum() {
    var usage = stage.ask(actor, QuotaUsage.class, ProjectActor.GetUsage::new);
    return new Resources(usage.cores(), usage.ramMib(), 0);
  }

  /** CVE-2015-3241: what is counted is what the instance says last, and goes with it. */
  @Test
  void countsAResizedInstanceOtherwiseAndALateRepetitionNotAtAll() {
    limits = new Limits(10, 8, -1, -1);
    reserve(1);
    var before = sum();
    var large = new Resources(6, 4096, 0);

    assertThat(resize(1, large, 5)).isEqualTo(new ProjectActor.Granted());
    assertThat(sum()).isEqualTo(large);
    assertThat(resize(1, SMALL, 7)).isEqualTo(new ProjectActor.Granted());
    assertThat(resize(1, large, 5)).as("late").isEqualTo(new ProjectActor.Granted());
    assertThat(sum()).isEqualTo(before);
    assertThat(resize(1, new Resources(9, 4096, 0), 8)).isInstanceOf(ProjectActor.Refused.class);
    assertThat(sum()).isEqualTo(before);
    assertThat(counted()).isOne();

    release(1);

    assertThat(sum()).isEqualTo(Resources.NONE);
  }

  @Test
  void anInstanceMayShrinkThoughTheProjectHasTooMuch() {
    limits = new Limits(10, 8, -1, -1);
    reserve(1);
    resize(1, new Resources(6, 4096, 0), 2);
    limits = new Limits(10, 2, -1, -1);

    assertThat(resize(1, new Resources(5, 4096, 0), 3)).isEqualTo(new ProjectActor.Granted());
    assertThat(resize(1, new Resources(6, 4096, 0), 4)).isInstanceOf(ProjectActor.Refused.class);
  }

  @Test
  void comesBackWithWhatWasGranted() {
    reserve(1);
    reserve(2);

    actor = stage.killAndBringBack(actor, behavior());

    assertThat(counted()).isEqualTo(2);
  }

  @Test
  void whoseWriteFailsPromisedNothing() {
    stage.nextWriteFails("project|demo");
    var lost = stage.probe(ProjectActor.Reply.class);
    actor.tell(
        new ProjectActor.Reserve(Examples.instance(1), SMALL, Optional.empty(), 0, lost.getRef()));
    lost.expectNoMessage(Duration.ZERO);
    stage.pass(Duration.ofSeconds(1));

    stage.until(
        () -> {
          stage.pass(Duration.ofSeconds(1));
          return stage.askSoon(actor, QuotaUsage.class, ProjectActor.GetUsage::new).isPresent();
        });

    assertThat(reserve(1)).isEqualTo(new ProjectActor.Granted());
    assertThat(counted()).isOne();
  }

  /** The snapshot held fields that could not be read back: the project did not start again. */
  @Test
  void comesBackFromASnapshot() {
    limits = new Limits(-1, -1, -1, -1);
    reserve(1);
    for (int round = 0; round < 1000; round++) {
      reserve(2);
      release(2);
    }
    reserve(3);

    actor = stage.killAndBringBack(actor, behavior());

    assertThat(counted()).isEqualTo(2);
  }
}

package io.troupe.actors.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.project.ProjectActor;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReleasePostTest {
  private static final InstanceId A = Examples.instance(1);
  private static final InstanceId B = Examples.instance(2);
  private static final InstanceId C = Examples.instance(3);

  @RegisterExtension static final Stage stage = new Stage();
  private TestProbe<ProjectActor.Message> project;
  private TestProbe<ProjectActor.Reply> instance;
  private TestProbe<ProjectActor.Reply> other;
  private ActorRef<ProjectActor.Message> post;

  @BeforeEach
  void enter() {
    stage.clear();
    project = stage.probe(ProjectActor.Message.class);
    instance = stage.probe(ProjectActor.Reply.class);
    other = stage.probe(ProjectActor.Reply.class);
    post =
        stage.enter(
            ReleasePost.create(
                project.getRef(), ProjectActor.Reply.class, ProjectActor.Release::new));
  }

  private void release(InstanceId id, TestProbe<ProjectActor.Reply> asker) {
    post.tell(new ProjectActor.Release(List.of(id), asker.getRef()));
  }

  private ProjectActor.Release asked() {
    return project.expectMessageClass(ProjectActor.Release.class);
  }

  @Test
  void theFirstGoesAtOnceAndWhatFollowsSoonIsOneQuestion() {
    release(A, instance);
    assertThat(asked().instances()).containsExactly(A);

    release(B, instance);
    release(C, other);
    project.expectNoMessage(Duration.ofMillis(50));
    stage.pass(ReleasePost.BETWEEN);
    var both = asked();
    assertThat(both.instances()).containsExactly(B, C);

    both.replyTo().tell(new ProjectActor.Granted());
    instance.expectMessage(new ProjectActor.Granted());
    other.expectMessage(new ProjectActor.Granted());
    instance.expectNoMessage(Duration.ofMillis(50)); // the first was not answered
  }

  @Test
  void afterAWhileTheNextGoesAtOnceAgain() {
    release(A, instance);
    asked();
    stage.pass(ReleasePost.BETWEEN);

    release(B, instance);

    assertThat(asked().instances()).containsExactly(B);
  }

  @Test
  void whoGetsNoAnswerMayAskAgain() {
    release(A, instance);
    asked();
    stage.pass(Duration.ofSeconds(3));
    release(A, instance);

    asked().replyTo().tell(new ProjectActor.Granted());

    instance.expectMessage(new ProjectActor.Granted());
  }
}

package io.troupe.actors.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Rejection;
import io.troupe.actors.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CatalogActorTest {
  @RegisterExtension static final Stage stage = new Stage();

  private final AtomicReference<CatalogActor.All> published = new AtomicReference<>();
  private ActorRef<CatalogActor.Message> actor;

  private Behavior<CatalogActor.Message> behavior() {
    return CatalogActor.create(Project.class, published::set);
  }

  @BeforeEach
  void enter() {
    stage.clear();
    actor = stage.enter(behavior());
  }

  private static Project project(String id, String name) {
    return new Project(id, name, true, Optional.empty(), Map.of());
  }

  private CatalogActor.Reply create(Project project) {
    return stage.ask(actor, CatalogActor.Reply.class, to -> new CatalogActor.Create(project, to));
  }

  private CatalogActor.Reply replace(Project project, long readVersion) {
    return stage.ask(
        actor, CatalogActor.Reply.class, to -> new CatalogActor.Replace(project, readVersion, to));
  }

  private CatalogActor.Reply remove(String key) {
    return stage.ask(actor, CatalogActor.Reply.class, to -> new CatalogActor.Remove(key, to));
  }

  /**
   * @param revision writes of this kind so far
   */
  private static CatalogActor.Written written(CatalogEntry entry, long version, long revision) {
    return new CatalogActor.Written(new CatalogState.Versioned(entry, version), revision);
  }

  private static Rejection refusal(CatalogActor.Reply reply) {
    return ((CatalogActor.Refused) reply).reason();
  }

  @Test
  void whatIsAnsweredIsPublishedBefore() {
    assertThat(create(project("1", "demo"))).isEqualTo(written(project("1", "demo"), 1, 1));

    assertThat(published.get().entries())
        .containsExactly(new CatalogState.Versioned(project("1", "demo"), 1));
  }

  @Test
  void aKeyAndAUniqueWordAreTakenOnce() {
    create(project("1", "demo"));

    assertThat(refusal(create(project("1", "other")))).isInstanceOf(Rejection.Conflict.class);
    assertThat(refusal(create(project("2", "demo"))))
        .isEqualTo(new Rejection.Conflict("Project demo already exists."));
    create(project("3", "third"));
    assertThat(refusal(replace(project("3", "demo"), 1))).isInstanceOf(Rejection.Conflict.class);
  }

  @Test
  void ofManyAtOnceWithOneNameOneWins() {
    var replies = stage.probe(CatalogActor.Reply.class);
    IntStream.range(0, 50)
        .parallel()
        .forEach(
            number ->
                actor.tell(
                    new CatalogActor.Create(project("p" + number, "demo"), replies.getRef())));

    assertThat(replies.receiveSeveralMessages(50))
        .filteredOn(CatalogActor.Written.class::isInstance)
        .hasSize(1);
  }

  @Test
  void aWriterThatReadAnOldVersionIsShownTheNewest() {
    create(project("1", "demo"));
    assertThat(replace(project("1", "second"), 1)).isEqualTo(written(project("1", "second"), 2, 2));

    assertThat(replace(project("1", "third"), 1))
        .isEqualTo(
            new CatalogActor.Outdated(new CatalogState.Versioned(project("1", "second"), 2)));
  }

  @Test
  void replacingByTheSameWritesNothing() {
    create(project("1", "demo"));

    assertThat(replace(project("1", "demo"), 1)).isEqualTo(written(project("1", "demo"), 1, 1));
    assertThat(stage.journal("catalog|project")).hasSize(1);
  }

  @Test
  void whatIsRemovedIsAnsweredAndItsNameIsFree() {
    create(project("1", "demo"));

    assertThat(remove("1")).isEqualTo(written(project("1", "demo"), 1, 2));

    assertThat(create(project("2", "demo"))).isInstanceOf(CatalogActor.Written.class);
    assertThat(refusal(remove("1"))).isEqualTo(new Rejection.NotFound("Project", "1"));
    assertThat(refusal(replace(project("1", "x"), 1))).isInstanceOf(Rejection.NotFound.class);
  }

  @Test
  void comesBackWithEntriesVersionsAndTheirOrderAndPublishesThem() {
    create(project("b", "first"));
    create(project("a", "second"));
    replace(project("b", "renamed"), 1);
    published.set(null);

    actor = stage.killAndBringBack(actor, behavior());

    var all = stage.ask(actor, CatalogActor.All.class, CatalogActor.GetAll::new).entries();
    assertThat(all)
        .isEqualTo(
            List.of(
                new CatalogState.Versioned(project("b", "renamed"), 2),
                new CatalogState.Versioned(project("a", "second"), 1)));
    assertThat(published.get().entries()).isEqualTo(all);
    assertThat(published.get().revision()).isEqualTo(3);
  }
}

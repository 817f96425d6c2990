package io.troupe.actors.view;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.VmState;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an index has to show of an instance: a view as an actor of this node made it, or as another
 * node has written it. That one is read when somebody wants to see it, once: most of the states
 * that pass between nodes are over before anybody asks. Safe for use from any thread.
 */
public final class Shown {
  /**
   * A view for another node.
   *
   * @param project whose it is
   * @param terminated whether it was deleted
   * @param view the rest, as the serialization of {@link InstanceView} writes it
   */
  record Written(String project, VmState state, boolean terminated, byte[] view) {}

  private final String project;
  private final VmState state;
  private final boolean terminated;

  private volatile Content content;

  private sealed interface Content {}

  private record Read(InstanceView view) implements Content {}

  private record Unread(byte[] view, Function<byte[], InstanceView> reader) implements Content {}

  private Shown(String project, VmState state, boolean terminated, Content content) {
    this.project = project;
    this.state = state;
    this.terminated = terminated;
    this.content = content;
  }

  public static Shown of(InstanceView view) {
    return new Shown(
        view.project().value(), view.vmState(), view.terminatedAt().isPresent(), new Read(view));
  }

  static Shown of(Written written, Function<byte[], InstanceView> reader) {
    return new Shown(
        written.project(),
        written.state(),
        written.terminated(),
        new Unread(written.view(), reader));
  }

  Written written(Function<InstanceView, byte[]> writer) {
    var bytes =
        switch (content) {
          case Read(var view) -> writer.apply(view);
          case Unread(var view, _) -> view;
        };
    return new Written(project, state, terminated, bytes);
  }

  String project() {
    return project;
  }

  boolean terminated() {
    return terminated;
  }

  InstanceView view() {
    return switch (content) {
      case Read(var view) -> view;
      case Unread(var written, var reader) -> {
        var view = reader.apply(written);
        content = new Read(view);
        yield view;
      }
    };
  }

  /** The view if the instance rests in this state; others are not read for it. */
  Optional<InstanceView> in(VmState wanted) {
    return state == wanted ? Optional.of(view()) : Optional.empty();
  }
}

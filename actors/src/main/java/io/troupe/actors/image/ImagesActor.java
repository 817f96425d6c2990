package io.troupe.actors.image;

import io.troupe.actors.catalog.Image;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * What instances ask of images, for those on this node. It keeps nothing: records are in the
 * catalog, bytes in the store, and each question may be put again.
 */
public final class ImagesActor extends AbstractBehavior<ImagesActor.Message> {

  public sealed interface Message {}

  /** Record it; its id is new. */
  public record Make(Image image, ActorRef<Reply> replyTo) implements Message {}

  /** Record and bytes are gone. */
  public record Drop(String imageId, ActorRef<Reply> replyTo) implements Message {}

  /** Of the instance's backups of this type the {@code kept} newest are left. */
  public record Rotate(
      InstanceId instance, ProjectId project, String type, int kept, ActorRef<Reply> replyTo)
      implements Message {}

  private record Settled(Reply reply, ActorRef<Reply> replyTo) implements Message {}

  public sealed interface Reply {}

  /**
   * @param detail for the operation's trail
   */
  public record Done(String detail) implements Reply {}

  /** The same may succeed later. */
  public record NotNow(String why) implements Reply {}

  /** Something that blocks; answers the detail. */
  @FunctionalInterface
  private interface Work {
    String run() throws IOException;
  }

  private final SnapshotImages images;

  public static Behavior<Message> create(SnapshotImages images) {
    return Behaviors.setup(context -> new ImagesActor(images, context));
  }

  private ImagesActor(SnapshotImages images, ActorContext<Message> context) {
    super(context);
    this.images = images;
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Message> on(Message message) {
    switch (message) {
      case Make(var image, var replyTo) ->
          work(
              replyTo,
              () -> {
                images.make(image);
                return image.id();
              });
      case Drop(var imageId, var replyTo) ->
          work(
              replyTo,
              () -> {
                images.drop(imageId);
                return imageId;
              });
      case Rotate(var instance, var project, var type, var kept, var replyTo) ->
          work(replyTo, () -> String.join(", ", images.rotate(instance, project, type, kept)));
      case Settled(var reply, var replyTo) -> {
        if (reply instanceof NotNow(var why)) {
          getContext().getLog().warn("images: {}", why);
        }
        replyTo.tell(reply);
      }
    }
    return this;
  }

  /** On a thread of its own: files are deleted, and the catalog is waited for. */
  private void work(ActorRef<Reply> replyTo, Work work) {
    var done = new CompletableFuture<String>();
    Thread.ofVirtual()
        .name("images")
        .start(
            () -> {
              try {
                done.complete(work.run());
              } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
              }
            });
    getContext()
        .pipeToSelf(
            done,
            (detail, failure) ->
                new Settled(
                    failure == null ? new Done(detail) : new NotNow(failure.toString()), replyTo));
  }
}

package io.troupe.actors;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.UserCommand;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The instances of the cloud, as the API asks them. */
public interface Instances {
  /** An id for a new instance; its entity will be on the node that was asked, where possible. */
  InstanceId freshId();

  /**
   * Hands a command to the instance. Accepted means that it is on the journal and will be carried
   * out or visibly fail. Retried inside while a shard moves; may be repeated by the caller with the
   * same operation id.
   */
  CompletionStage<Answer<InstanceView>> command(InstanceId id, UserCommand command);

  /**
   * What the command would be answered now; nothing is done and nothing is written. Only of what is
   * there already.
   */
  CompletionStage<Answer<InstanceView>> check(InstanceId id, UserCommand command);

  /** A refusal of the command: the instance's own, such as for its state, comes before this one. */
  default CompletionStage<Answer<InstanceView>> refuse(
      InstanceId id, UserCommand command, Rejection why) {
    return check(id, command)
        .thenApply(
            answer ->
                answer instanceof Answer.Rejected<InstanceView> ? answer : Answer.refuse(why));
  }

  /** The instance as its actor knows it now; empty when there is none or it is deleted. */
  CompletionStage<Optional<InstanceView>> get(InstanceId id);

  /** Its operations, newest first; also of a deleted instance. */
  CompletionStage<List<OperationTrail>> operations(InstanceId id);

  /**
   * The end of its console log, at most {@code lines} lines; all that is kept when {@code lines} is
   * negative.
   */
  CompletionStage<Answer<String>> consoleOutput(InstanceId id, int lines);

  /**
   * What the hypervisor has counted about the guest; {@link Rejection.NotReady} on no host or of a
   * guest that does not run, {@link Rejection.Unsupported} where the driver cannot.
   */
  CompletionStage<Answer<DriverResult.Diagnostics>> diagnostics(InstanceId id);

  /** How far its live migration is; the same refusals. */
  CompletionStage<Answer<DriverResult.MigrationSeen>> migration(InstanceId id);

  /**
   * Every instance this node knows of, deleted ones too as long as they are remembered. What this
   * node has accepted or shown before is in it already.
   */
  Iterable<InstanceView> all();

  /** Those of one project; the same promises as {@link #all}. */
  Iterable<InstanceView> ofProject(String projectId);
}

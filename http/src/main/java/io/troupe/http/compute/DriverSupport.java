package io.troupe.http.compute;

import io.troupe.actors.Answer;
import io.troupe.actors.Hosts;
import io.troupe.actors.Instances;
import io.troupe.actors.Rejection;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.UserCommand;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The instances, with a word of whether the driver of an instance's host can do what is asked: a
 * request that it never could carry out is refused at once instead of failing behind a 202. The
 * instance's own refusal, such as for its state, comes first. Where it is not known what a driver
 * can do, or the instance is on no host, nothing is held against the request.
 */
record DriverSupport(Instances instances, Hosts hosts) implements Instances {

  /**
   * What of {@code DriverCommand} a request stands or falls with.
   *
   * @param badRequest whether the API's table has 400 for it, as Nova for a crash dump, and not 501
   */
  private record Need(String call, boolean badRequest) {
    Rejection unmet(HostView host) {
      var why =
          "The hypervisor of host %s cannot do that: its driver has no %s."
              .formatted(host.id().value(), call);
      return badRequest ? new Rejection.Invalid("", why) : new Rejection.Unsupported(why);
    }
  }

  /** What every driver can do, or what is done on a host yet to be found, needs nothing. */
  private static Optional<Need> need(UserCommand command) {
    return switch (command) {
      case UserCommand.Pause _ -> or501("Pause");
      case UserCommand.Unpause _ -> or501("Unpause");
      case UserCommand.Suspend _ -> or501("Suspend");
      case UserCommand.Resume _ -> or501("Resume");
      case UserCommand.SetPassword _ -> or501("SetPassword");
      case UserCommand.Rescue _ -> or501("Rescue");
      case UserCommand.Unrescue _ -> or501("Unrescue");
      case UserCommand.CreateImage _ -> or501("Snapshot");
      case UserCommand.CreateImageOfVolumes _ -> or501("CopyVolume");
      case UserCommand.Shelve _ -> or501("Snapshot");
      case UserCommand.CreateBackup(_, var image, _, _) -> image.flatMap(_ -> or501("Snapshot"));
      case UserCommand.Resize _ -> or501("Resize");
      case UserCommand.Migrate _ -> or501("SendMove");
      case UserCommand.AttachInterface _ -> or501("AttachNic");
      case UserCommand.DetachInterface _ -> or501("DetachNic");
      case UserCommand.ForceComplete _ -> or400("ForceComplete");
      case UserCommand.AbortMigration _ -> or400("AbortMigration");
      case UserCommand.LiveMigrate _ -> or400("LiveMigrate");
      case UserCommand.TriggerCrashDump _ -> or400("TriggerCrashDump");
      case UserCommand.AttachVolume _ -> or400("AttachVolume");
      case UserCommand.DetachVolume _ -> or400("DetachVolume");
      case UserCommand.SwapVolume _ -> or400("SwapVolume");
      default -> Optional.empty();
    };
  }

  private static Optional<Need> or501(String call) {
    return Optional.of(new Need(call, false));
  }

  private static Optional<Need> or400(String call) {
    return Optional.of(new Need(call, true));
  }

  /** Of one whose disk is a volume no image is made. */
  private static boolean isFree(UserCommand command, InstanceView server) {
    return command instanceof UserCommand.Shelve && server.request().bootsFromVolume();
  }

  @Override
  public CompletionStage<Answer<InstanceView>> command(InstanceId id, UserCommand command) {
    var need = need(command);
    return need.isEmpty() // neither the instance nor its host is asked for nothing
        ? instances.command(id, command)
        : hostOf(id, command)
            .thenCompose(
                host ->
                    host.filter(it -> it.lacks(need.get().call()))
                        .map(it -> instances.refuse(id, command, need.get().unmet(it)))
                        .orElseGet(() -> instances.command(id, command)));
  }

  private CompletionStage<Optional<HostView>> hostOf(InstanceId id, UserCommand command) {
    return instances
        .get(id)
        .thenCompose(
            found ->
                found
                    .filter(server -> !isFree(command, server))
                    .flatMap(InstanceView::host)
                    .map(hosts::host)
                    .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
  }

  // ---- as they are

  @Override
  public InstanceId freshId() {
    return instances.freshId();
  }

  @Override
  public CompletionStage<Answer<InstanceView>> check(InstanceId id, UserCommand command) {
    return instances.check(id, command);
  }

  @Override
  public CompletionStage<Optional<InstanceView>> get(InstanceId id) {
    return instances.get(id);
  }

  @Override
  public CompletionStage<List<OperationTrail>> operations(InstanceId id) {
    return instances.operations(id);
  }

  @Override
  public CompletionStage<Answer<String>> consoleOutput(InstanceId id, int lines) {
    return instances.consoleOutput(id, lines);
  }

  @Override
  public CompletionStage<Answer<DriverResult.Diagnostics>> diagnostics(InstanceId id) {
    return instances.diagnostics(id);
  }

  @Override
  public CompletionStage<Answer<DriverResult.MigrationSeen>> migration(InstanceId id) {
    return instances.migration(id);
  }

  @Override
  public Iterable<InstanceView> all() {
    return instances.all();
  }

  @Override
  public Iterable<InstanceView> ofProject(String projectId) {
    return instances.ofProject(projectId);
  }
}

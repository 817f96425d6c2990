package io.troupe.actors.cluster;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Entities;
import io.troupe.actors.Instances;
import io.troupe.actors.Networks;
import io.troupe.actors.Placements;
import io.troupe.actors.Quotas;
import io.troupe.actors.Rejection;
import io.troupe.actors.Volumes;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.catalog.ServerGroup;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.network.Port;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.project.QuotaUsage;
import io.troupe.actors.scheduler.Capacity;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.PlacementExplanation;
import io.troupe.actors.scheduler.PlacementReport;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.pool.StoragePool;
import io.troupe.actors.scheduler.resource.Wants;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.actors.view.Shown;
import io.troupe.actors.volume.ProjectVolumes;
import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeChange;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.drivers.spi.DriverResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.function.Function;

/**
 * What the API asks, put to the entities. An unanswered question is put again before the caller
 * hears of it.
 */
public final class ShardedCloud implements Instances, Networks, Volumes, Quotas, Placements {
  private final Entities entities;
  private final Supplier<InstanceId> ids;
  private final PatientAsk patiently;
  private final GuestReadings readings;
  private final Catalog catalog;
  private final InstanceIndex index;

  /**
   * @param ids for new instances
   */
  public ShardedCloud(
      ActorSystem<?> system,
      Entities entities,
      Supplier<InstanceId> ids,
      Catalog catalog,
      InstanceIndex index) {
    this.entities = entities;
    this.ids = ids;
    this.patiently = new PatientAsk(system);
    this.readings = new GuestReadings(entities, patiently);
    this.catalog = catalog;
    this.index = index;
  }

  private static <T> CompletionStage<Answer<T>> orUnavailable(CompletionStage<Answer<T>> answer) {
    return answer.exceptionally(
        failure -> {
          var cause = failure instanceof CompletionException ? failure.getCause() : failure;
          if (cause instanceof TimeoutException) {
            return Answer.refuse(
                new Rejection.Unavailable(
                    "No answer in time; the request may still be carried out."));
          }
          throw new CompletionException(cause);
        });
  }

  // ---- instances

  @Override
  public InstanceId freshId() {
    return ids.get();
  }

  @Override
  public CompletionStage<Answer<InstanceView>> command(InstanceId id, UserCommand command) {
    return answer(id, replyTo -> new InstanceActor.Do(command, replyTo))
        .thenApply(
            answer ->
                answer.map(
                    view -> {
                      // The instance may live on another node: the client reads its own write here
                      // all the same.
                      index.put(
                          new InstanceIndex.Entry(
                              id,
                              view.version(),
                              Optional.of(Shown.of(view)),
                              view.taskState().isPresent(),
                              Optional.empty(),
                              view.updatedAt()));
                      return view;
                    }));
  }

  @Override
  public CompletionStage<Answer<InstanceView>> check(InstanceId id, UserCommand command) {
    return answer(id, replyTo -> new InstanceActor.Check(command, replyTo));
  }

  private CompletionStage<Answer<InstanceView>> answer(
      InstanceId id, Function<ActorRef<InstanceActor.Reply>, InstanceActor.Message> question) {
    return orUnavailable(
        patiently
            .<InstanceActor.Message, InstanceActor.Reply>ask(entities.instance(id), question)
            .thenApply(
                reply ->
                    switch (reply) {
                      case InstanceActor.Accepted(var view) -> Answer.of(view);
                      case InstanceActor.Rejected(var reason) -> Answer.refuse(reason);
                    }));
  }

  @Override
  public CompletionStage<Optional<InstanceView>> get(InstanceId id) {
    // Not looked up in the index first: another node may have acknowledged it a moment ago.
    return patiently
        .<InstanceActor.Message, InstanceActor.View>ask(
            entities.instance(id), InstanceActor.Get::new)
        .thenApply(InstanceActor.View::view);
  }

  @Override
  public CompletionStage<List<OperationTrail>> operations(InstanceId id) {
    return patiently
        .<InstanceActor.Message, InstanceActor.Operations>ask(
            entities.instance(id), InstanceActor.GetOperations::new)
        .thenApply(InstanceActor.Operations::trails);
  }

  @Override
  public CompletionStage<Answer<String>> consoleOutput(InstanceId id, int lines) {
    return orUnavailable(readings.console(id, lines));
  }

  @Override
  public CompletionStage<Answer<DriverResult.Diagnostics>> diagnostics(InstanceId id) {
    return orUnavailable(readings.diagnostics(id));
  }

  @Override
  public CompletionStage<Answer<DriverResult.MigrationSeen>> migration(InstanceId id) {
    return orUnavailable(readings.migration(id));
  }

  @Override
  public Iterable<InstanceView> all() {
    return index.all();
  }

  @Override
  public Iterable<InstanceView> ofProject(String projectId) {
    return index.ofProject(projectId);
  }

  // ---- networks

  @Override
  public CompletionStage<Answer<Port>> createPort(
      String networkId, String projectId, String name, Optional<String> fixedIp) {
    var id = UUID.randomUUID().toString();
    return orUnavailable(
        patiently
            .<NetworkActor.Message, NetworkActor.PortReply>ask(
                entities.network(networkId),
                replyTo -> new NetworkActor.CreatePort(id, projectId, name, fixedIp, replyTo))
            .thenApply(ShardedCloud::answer));
  }

  @Override
  public CompletionStage<Answer<Port>> deletePort(String networkId, String portId) {
    return orUnavailable(
        ports(networkId)
            .thenApply(all -> all.stream().filter(one -> one.id().equals(portId)).findFirst())
            .thenCompose(known -> deletePort(networkId, portId, known)));
  }

  /**
   * A repeated question that finds no port any more has deleted it the first time.
   *
   * @param known what is to be deleted, empty when there is no such port
   */
  private CompletionStage<Answer<Port>> deletePort(
      String networkId, String portId, Optional<Port> known) {
    return patiently
        .<NetworkActor.Message, NetworkActor.PortReply>askCounting(
            entities.network(networkId), replyTo -> new NetworkActor.DeletePort(portId, replyTo))
        .thenApply(
            answered ->
                answered.repeated()
                        && known.isPresent()
                        && answered
                            .reply()
                            .refusal()
                            .filter(Rejection.NotFound.class::isInstance)
                            .isPresent()
                    ? Answer.of(known.get())
                    : answer(answered.reply()));
  }

  private static Answer<Port> answer(NetworkActor.PortReply reply) {
    return reply
        .refusal()
        .map(Answer::<Port>refuse)
        .orElseGet(() -> Answer.of(reply.port().orElseThrow()));
  }

  @Override
  public CompletionStage<List<Port>> ports(String networkId) {
    return patiently
        .<NetworkActor.Message, NetworkActor.Ports>ask(
            entities.network(networkId), NetworkActor.GetPorts::new)
        .thenApply(NetworkActor.Ports::ports);
  }

  // ---- volumes

  @Override
  public CompletionStage<Answer<Volume>> createVolume(Volume volume) {
    return orUnavailable(
        patiently
            .<VolumesActor.Message, VolumesActor.VolumeReply>ask(
                entities.volumes(new ProjectId(volume.projectId())),
                replyTo -> new VolumesActor.Create(volume, replyTo))
            .thenApply(ShardedCloud::answer));
  }

  @Override
  public CompletionStage<ProjectVolumes> volumes(String projectId) {
    return patiently.ask(entities.volumes(new ProjectId(projectId)), VolumesActor.GetAll::new);
  }

  @Override
  public CompletionStage<Answer<Volume>> changeVolume(
      String projectId, String volumeId, VolumeChange change) {
    return orUnavailable(
        patiently
            .<VolumesActor.Message, VolumesActor.VolumeReply>ask(
                entities.volumes(new ProjectId(projectId)),
                replyTo -> new VolumesActor.ChangeIt(volumeId, change, replyTo))
            .thenApply(ShardedCloud::answer));
  }

  @Override
  public CompletionStage<Answer<VolumeSnapshot>> createSnapshot(
      String projectId, VolumeSnapshot.Wanted wanted) {
    return orUnavailable(
        patiently
            .<VolumesActor.Message, VolumesActor.SnapshotReply>ask(
                entities.volumes(new ProjectId(projectId)),
                replyTo -> new VolumesActor.Snap(wanted, replyTo))
            .thenApply(ShardedCloud::answer));
  }

  @Override
  public CompletionStage<Answer<VolumeSnapshot>> changeSnapshot(
      String projectId, String snapshotId, VolumeChange change) {
    return orUnavailable(
        patiently
            .<VolumesActor.Message, VolumesActor.SnapshotReply>ask(
                entities.volumes(new ProjectId(projectId)),
                replyTo -> new VolumesActor.ChangeSnapshot(snapshotId, change, replyTo))
            .thenApply(ShardedCloud::answer));
  }

  private static Answer<VolumeSnapshot> answer(VolumesActor.SnapshotReply reply) {
    return answer(reply.snapshot(), reply.refusal());
  }

  private static Answer<Volume> answer(VolumesActor.VolumeReply reply) {
    return answer(reply.volume(), reply.refusal());
  }

  private static <T> Answer<T> answer(Optional<T> value, Optional<Rejection> refusal) {
    return refusal.map(Answer::<T>refuse).orElseGet(() -> Answer.of(value.orElseThrow()));
  }

  // ---- quotas

  @Override
  public CompletionStage<QuotaUsage> usage(ProjectId project) {
    return patiently.ask(entities.project(project), ProjectActor.GetUsage::new);
  }

  // ---- placements

  @Override
  public CompletionStage<Answer<PlacementExplanation>> explain(Question question) {
    return switch (spec(question)) {
      case Answer.Rejected<RequestSpec>(var reason) ->
          CompletableFuture.completedFuture(Answer.refuse(reason));
      case Answer.Accepted<RequestSpec>(var spec) ->
          orUnavailable(
              patiently
                  .<SchedulerActor.Message, PlacementReport>ask(
                      entities.scheduler(), replyTo -> new SchedulerActor.Explain(spec, replyTo))
                  .thenApply(report -> Answer.of(Explained.of(report))));
    };
  }

  @Override
  public CompletionStage<Answer<Capacity>> capacity(Question question, int most) {
    return switch (spec(question)) {
      case Answer.Rejected<RequestSpec>(var reason) ->
          CompletableFuture.completedFuture(Answer.refuse(reason));
      case Answer.Accepted<RequestSpec>(var spec) ->
          orUnavailable(
              patiently
                  .<SchedulerActor.Message, Capacity>ask(
                      entities.scheduler(),
                      replyTo -> new SchedulerActor.GetCapacity(spec, most, replyTo))
                  .thenApply(Answer::of));
    };
  }

  @Override
  public CompletionStage<Answer<List<StoragePool>>> pools() {
    return orUnavailable(
        patiently
            .<SchedulerActor.Message, SchedulerActor.Pools>ask(
                entities.scheduler(), SchedulerActor.GetPools::new)
            .thenApply(found -> Answer.of(found.pools())));
  }

  private Answer<RequestSpec> spec(Question question) {
    var flavor = catalog.find(Flavor.class, question.flavorId());
    if (flavor.isEmpty()) {
      return Answer.refuse(
          new Rejection.Invalid("flavor", "no flavor has the id " + question.flavorId()));
    }
    var image = question.imageId().flatMap(id -> catalog.find(Image.class, id));
    if (question.imageId().isPresent() && image.isEmpty()) {
      return Answer.refuse(
          new Rejection.Invalid("image", "no image has the id " + question.imageId().get()));
    }
    var groupId = question.hints().getOrDefault("group", List.of()).stream().findFirst();
    var group = groupId.flatMap(id -> catalog.find(ServerGroup.class, id)).map(GroupSpec::of);
    if (groupId.isPresent() && group.isEmpty()) {
      return Answer.refuse(
          new Rejection.Invalid("hints.group", "no server group has the id " + groupId.get()));
    }
    var atBoot = flavor.get().atBoot();
    return Answer.of(
        new RequestSpec(
            InstanceId.fresh(),
            new ProjectId(question.projectId()),
            GuestShape.shared(
                Wants.resources(atBoot.resources(), atBoot.extraSpecs()),
                atBoot.resources(),
                atBoot.extraSpecs(),
                image.map(Image::properties).orElse(Map.of())),
            question.availabilityZone(),
            Optional.empty(),
            Set.of(),
            group,
            question.hints(),
            atBoot.extraSpecs(),
            image.map(Image::properties).orElse(Map.of()),
            3,
            new RequestDetail(
                    Optional.of(atBoot.name()),
                    image.map(Image::id),
                    question.destination(),
                    Set.of())
                .of(
                    atBoot.resources(),
                    atBoot.extraSpecs(),
                    image.map(Image::properties).orElse(Map.of()))));
  }
}

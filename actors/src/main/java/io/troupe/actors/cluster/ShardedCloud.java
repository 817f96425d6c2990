package io.troupe.actors.cluster;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Entities;
import io.troupe.actors.Instances;
import io.troupe.actors.Networks;
import io.troupe.actors.Placements;
import io.troupe.actors.Quotas;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.ServerGroup;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.network.Port;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.project.QuotaUsage;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.PlacementExplanation;
import io.troupe.actors.scheduler.PlacementReport;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.drivers.spi.DriverResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * What the API asks, put to the entities. An unanswered question is put again before the caller
 * hears of it.
 */
public final class ShardedCloud implements Instances, Networks, Quotas, Placements {
  /** Through a fail-over; then the client hears of it. */
  private static final Duration PATIENCE = Duration.ofSeconds(24);

  private static final Duration CONSOLE_ANSWER = Duration.ofSeconds(35);

  private final ActorSystem<?> system;
  private final Entities entities;
  private final PatientAsk patiently;
  private final GuestReadings readings;
  private final Catalog catalog;
  private final InstanceIndex index;

  public ShardedCloud(
      ActorSystem<?> system, Entities entities, Catalog catalog, InstanceIndex index) {
    this.system = system;
    this.entities = entities;
    this.patiently = new PatientAsk(system);
    this.readings = new GuestReadings(system, entities);
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
  public CompletionStage<Answer<InstanceView>> command(InstanceId id, UserCommand command) {
    var asked =
        patiently.<InstanceActor.Message, InstanceActor.Reply>ask(
            entities.instance(id), replyTo -> new InstanceActor.Do(command, replyTo), PATIENCE);
    return orUnavailable(
        asked.thenApply(
            reply ->
                switch (reply) {
                  case InstanceActor.Accepted(var view) -> {
                    // The instance may live on another node: the client reads its own write here
                    // all the same.
                    index.put(
                        new InstanceIndex.Entry(
                            id,
                            view.version(),
                            Optional.of(view),
                            view.taskState().isPresent(),
                            Optional.empty(),
                            view.updatedAt()));
                    yield Answer.of(view);
                  }
                  case InstanceActor.Rejected(var reason) -> Answer.refuse(reason);
                }));
  }

  @Override
  public CompletionStage<Optional<InstanceView>> get(InstanceId id) {
    if (index.find(id).isEmpty()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return patiently
        .<InstanceActor.Message, InstanceActor.View>ask(
            entities.instance(id), InstanceActor.Get::new, PATIENCE)
        .thenApply(InstanceActor.View::view);
  }

  @Override
  public CompletionStage<List<OperationTrail>> operations(InstanceId id) {
    if (index.find(id).isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    return patiently
        .<InstanceActor.Message, InstanceActor.Operations>ask(
            entities.instance(id), InstanceActor.GetOperations::new, PATIENCE)
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
    return port(
        networkId, replyTo -> new NetworkActor.CreatePort(id, projectId, name, fixedIp, replyTo));
  }

  @Override
  public CompletionStage<Answer<Port>> deletePort(String networkId, String portId) {
    return port(networkId, replyTo -> new NetworkActor.DeletePort(portId, replyTo));
  }

  private CompletionStage<Answer<Port>> port(
      String networkId,
      org.apache.pekko.japi.function.Function<
              org.apache.pekko.actor.typed.ActorRef<NetworkActor.PortReply>, NetworkActor.Message>
          message) {
    return orUnavailable(
        patiently
            .<NetworkActor.Message, NetworkActor.PortReply>ask(
                entities.network(networkId), message, PATIENCE)
            .thenApply(
                reply ->
                    reply
                        .refusal()
                        .map(Answer::<Port>refuse)
                        .orElseGet(() -> Answer.of(reply.port().orElseThrow()))));
  }

  @Override
  public CompletionStage<List<Port>> ports(String networkId) {
    return patiently
        .<NetworkActor.Message, NetworkActor.Ports>ask(
            entities.network(networkId), NetworkActor.GetPorts::new, PATIENCE)
        .thenApply(NetworkActor.Ports::ports);
  }

  // ---- quotas

  @Override
  public CompletionStage<QuotaUsage> usage(ProjectId project) {
    return patiently.ask(entities.project(project), ProjectActor.GetUsage::new, PATIENCE);
  }

  // ---- placements

  @Override
  public CompletionStage<Answer<PlacementExplanation>> explain(Question question) {
    var flavor = catalog.find(Flavor.class, question.flavorId());
    if (flavor.isEmpty()) {
      return CompletableFuture.completedFuture(
          Answer.refuse(
              new Rejection.Invalid("flavor", "no flavor has the id " + question.flavorId())));
    }
    var groupId = question.hints().getOrDefault("group", List.of()).stream().findFirst();
    var group = groupId.flatMap(id -> catalog.find(ServerGroup.class, id)).map(GroupSpec::of);
    if (groupId.isPresent() && group.isEmpty()) {
      return CompletableFuture.completedFuture(
          Answer.refuse(
              new Rejection.Invalid("hints.group", "no server group has the id " + groupId.get())));
    }
    var atBoot = flavor.get().atBoot();
    var spec =
        new RequestSpec(
            InstanceId.fresh(),
            new ProjectId(question.projectId()),
            atBoot.resources(),
            question.availabilityZone(),
            Optional.empty(),
            Set.of(),
            group,
            question.hints(),
            atBoot.extraSpecs(),
            java.util.Map.of(),
            3);
    return orUnavailable(
        patiently
            .<SchedulerActor.Message, PlacementReport>ask(
                entities.scheduler(),
                replyTo -> new SchedulerActor.Explain(spec, replyTo),
                PATIENCE)
            .thenApply(report -> Answer.of(Explained.of(report))));
  }
}

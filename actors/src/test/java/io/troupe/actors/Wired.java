package io.troupe.actors;

import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.group.ServerGroupActor;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.image.ImagesActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.RecipientRef;

/** One entity of each type, whatever its id. */
public final class Wired implements Entities {
  private final Map<Class<?>, ActorRef<?>> ends = new HashMap<>();

  public <M> void put(Class<M> protocol, ActorRef<? super M> end) {
    ends.put(protocol, end);
  }

  @SuppressWarnings("unchecked") // put with the protocol it takes
  private <M> RecipientRef<M> end(Class<M> protocol) {
    var end = ends.get(protocol);
    if (end == null) {
      throw new AssertionError("nobody takes " + protocol);
    }
    return (ActorRef<M>) end;
  }

  @Override
  public RecipientRef<InstanceActor.Message> instance(InstanceId id) {
    return end(InstanceActor.Message.class);
  }

  @Override
  public RecipientRef<HostActor.Message> host(HostId id) {
    return end(HostActor.Message.class);
  }

  @Override
  public RecipientRef<ConnectionActor.Message> connection(ConnectionId id) {
    return end(ConnectionActor.Message.class);
  }

  @Override
  public RecipientRef<ProjectActor.Message> project(ProjectId id) {
    return end(ProjectActor.Message.class);
  }

  @Override
  public RecipientRef<NetworkActor.Message> network(String networkId) {
    return end(NetworkActor.Message.class);
  }

  @Override
  public RecipientRef<VolumesActor.Message> volumes(ProjectId project) {
    return end(VolumesActor.Message.class);
  }

  @Override
  public RecipientRef<CatalogActor.Message> catalog(String kind) {
    return end(CatalogActor.Message.class);
  }

  @Override
  public RecipientRef<ServerGroupActor.Message> serverGroup(String groupId) {
    return end(ServerGroupActor.Message.class);
  }

  @Override
  public RecipientRef<ImagesActor.Message> images() {
    return end(ImagesActor.Message.class);
  }

  @Override
  public RecipientRef<SchedulerActor.Message> scheduler() {
    return end(SchedulerActor.Message.class);
  }
}

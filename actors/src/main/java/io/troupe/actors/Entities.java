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
import org.apache.pekko.actor.typed.RecipientRef;

/** Where to find each entity, wherever in the cluster it lives now. */
public interface Entities {
  RecipientRef<InstanceActor.Message> instance(InstanceId id);

  RecipientRef<HostActor.Message> host(HostId id);

  RecipientRef<ConnectionActor.Message> connection(ConnectionId id);

  RecipientRef<ProjectActor.Message> project(ProjectId id);

  RecipientRef<NetworkActor.Message> network(String networkId);

  /** Where instances of this node give back their quota; several may be sent as one. */
  default RecipientRef<ProjectActor.Message> projectPost(ProjectId id) {
    return project(id);
  }

  /** Where instances of this node give back their ports; several may be sent as one. */
  default RecipientRef<NetworkActor.Message> networkPost(String networkId) {
    return network(networkId);
  }

  RecipientRef<VolumesActor.Message> volumes(ProjectId project);

  RecipientRef<CatalogActor.Message> catalog(String kind);

  RecipientRef<ServerGroupActor.Message> serverGroup(String groupId);

  RecipientRef<SchedulerActor.Message> scheduler();

  /** Where hosts of this node leave their words for the scheduler; it may send several as one. */
  default RecipientRef<SchedulerActor.Message> schedulerPost() {
    return scheduler();
  }

  /** This node's: images are the same from each. */
  RecipientRef<ImagesActor.Message> images();
}

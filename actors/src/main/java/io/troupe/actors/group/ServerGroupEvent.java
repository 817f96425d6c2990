package io.troupe.actors.group;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.value.HostId;

/** What has happened to an affinity group. Stored for ever. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({@JsonSubTypes.Type(value = ServerGroupEvent.Settled.class, name = "settled")})
public sealed interface ServerGroupEvent {
  /** From now on the group's members go to this host and no other. */
  record Settled(HostId host) implements ServerGroupEvent {}
}

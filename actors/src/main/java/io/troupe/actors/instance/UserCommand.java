package io.troupe.actors.instance;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.OperationId;

/**
 * What a user may ask of an instance. Each carries the request id, so a repeated one has one
 * effect.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = UserCommand.Boot.class, name = "boot"),
  @JsonSubTypes.Type(value = UserCommand.Delete.class, name = "delete"),
  @JsonSubTypes.Type(value = UserCommand.Start.class, name = "start"),
  @JsonSubTypes.Type(value = UserCommand.Stop.class, name = "stop"),
  @JsonSubTypes.Type(value = UserCommand.Reboot.class, name = "reboot"),
  @JsonSubTypes.Type(value = UserCommand.Rename.class, name = "rename")
})
public sealed interface UserCommand extends InstanceInput, CborSerializable {
  Origin origin();

  /** Who asked, and under which request id. */
  record Origin(OperationId operation, String userId, String projectId) {}

  record Boot(Origin origin, BootRequest request) implements UserCommand {}

  record Delete(Origin origin) implements UserCommand {}

  record Start(Origin origin) implements UserCommand {}

  record Stop(Origin origin) implements UserCommand {}

  record Reboot(Origin origin, boolean soft) implements UserCommand {}

  /** New display name; takes effect at once. */
  record Rename(Origin origin, String name) implements UserCommand {}
}

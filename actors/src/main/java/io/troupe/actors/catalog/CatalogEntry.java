package io.troupe.actors.catalog;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.serialization.CborSerializable;
import java.util.Optional;
import java.util.Set;

/** A small durable record that every node keeps a copy of: flavors, images, users, networks … */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Flavor.class, name = "flavor"),
  @JsonSubTypes.Type(value = KeyPair.class, name = "key-pair"),
  @JsonSubTypes.Type(value = Image.class, name = "image"),
  @JsonSubTypes.Type(value = User.class, name = "user"),
  @JsonSubTypes.Type(value = Project.class, name = "project"),
  @JsonSubTypes.Type(value = RoleAssignment.class, name = "role-assignment"),
  @JsonSubTypes.Type(value = Network.class, name = "network"),
  @JsonSubTypes.Type(value = Aggregate.class, name = "aggregate"),
  @JsonSubTypes.Type(value = ServerGroup.class, name = "server-group"),
  @JsonSubTypes.Type(value = Connection.class, name = "connection"),
  @JsonSubTypes.Type(value = QuotaClass.class, name = "quota-class"),
  @JsonSubTypes.Type(value = ApplicationCredential.class, name = "application-credential"),
  @JsonSubTypes.Type(value = SchedulingPause.class, name = "scheduling-pause"),
  @JsonSubTypes.Type(value = SchedulerOverrides.class, name = "scheduler-overrides"),
  @JsonSubTypes.Type(value = RebalanceRun.class, name = "rebalance-run"),
  @JsonSubTypes.Type(value = HostDrain.class, name = "host-drain")
})
public sealed interface CatalogEntry extends CborSerializable
    permits Flavor,
        KeyPair,
        Image,
        User,
        Project,
        RoleAssignment,
        Network,
        Aggregate,
        ServerGroup,
        Connection,
        QuotaClass,
        ApplicationCredential,
        SchedulingPause,
        SchedulerOverrides,
        RebalanceRun,
        HostDrain {

  /** Unique among the entries of its kind. */
  @JsonIgnore
  String key();

  /**
   * Further words that no other entry of its kind may carry, such as a name that must be unique.
   */
  @JsonIgnore
  default Set<String> uniqueWords() {
    return Set.of();
  }

  /** Why the two may not be there together; empty when they may. Asked for both ways round. */
  default Optional<String> clashWith(CatalogEntry other) {
    return Optional.empty();
  }

  /** Entries of its kind with the same word count against one limit; empty when none does. */
  @JsonIgnore
  default Optional<String> countedWith() {
    return Optional.empty();
  }

  /** Its number, where a kind has numbers for ids; 0 when it has none yet. */
  @JsonIgnore
  default long number() {
    return 0;
  }

  /** The same with the number given to it when it was created; itself when its kind has none. */
  default CatalogEntry withNumber(long given) {
    return this;
  }
}

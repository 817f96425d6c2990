package io.troupe.actors.catalog;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.serialization.CborSerializable;
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
  @JsonSubTypes.Type(value = Connection.class, name = "connection")
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
        Connection {

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
}

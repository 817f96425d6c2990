package io.troupe.actors.catalog;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What has happened to the entries of one kind. Stored for ever. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = CatalogEvent.Put.class, name = "put"),
  @JsonSubTypes.Type(value = CatalogEvent.Removed.class, name = "removed")
})
public sealed interface CatalogEvent {
  /** A new entry, or a new version of one. */
  record Put(CatalogEntry entry) implements CatalogEvent {}

  record Removed(String key) implements CatalogEvent {}
}

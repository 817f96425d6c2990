package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Changes that take effect at once: nobody else has to be asked. */
final class Edits {
  /** Nova's MAX_TAG_COUNT. */
  private static final int MAX_TAGS = 50;

  private final Moment moment;
  private final InstanceState state;
  private final BootRequest request;

  Edits(Moment moment) {
    this.moment = moment;
    this.state = moment.state();
    this.request = moment.request();
  }

  Decision revise(Revision revision) {
    return request.revised(revision).equals(request)
        ? Decision.nothing()
        : Decision.accept(new InstanceEvent.Revised(revision, moment.now()));
  }

  // ---- metadata

  Decision mergeMetadata(Map<String, String> items, long limit) {
    var after = new HashMap<>(request.metadata());
    after.putAll(items);
    return replaceMetadata(after, limit);
  }

  Decision replaceMetadata(Map<String, String> items, long limit) {
    if (limit >= 0 && items.size() > limit) {
      return new Decision.Reject(
          new Rejection.QuotaExceeded(
              "metadata_items", items.size(), request.metadata().size(), limit));
    }
    return items.equals(request.metadata())
        ? Decision.nothing()
        : Decision.accept(new InstanceEvent.MetadataChanged(items, moment.now()));
  }

  Decision deleteMetadata(String key) {
    var after = new HashMap<>(request.metadata());
    after.remove(key);
    return replaceMetadata(after, -1);
  }

  // ---- tags

  Decision replaceTags(List<String> tags) {
    var after = List.copyOf(new LinkedHashSet<>(tags));
    if (after.size() > MAX_TAGS) {
      return tooManyTags();
    }
    return after.equals(request.tags())
        ? Decision.nothing()
        : Decision.accept(new InstanceEvent.TagsChanged(after, moment.now()));
  }

  /** At the limit even a tag that is there already is refused, as Nova does. */
  Decision addTag(String tag) {
    if (request.tags().size() >= MAX_TAGS) {
      return tooManyTags();
    }
    var after = new ArrayList<>(request.tags());
    after.add(tag);
    return replaceTags(after);
  }

  Decision deleteTag(String tag) {
    var after = new ArrayList<>(request.tags());
    after.remove(tag);
    return replaceTags(after);
  }

  private static Decision tooManyTags() {
    return new Decision.Reject(
        new Rejection.Invalid("", "The number of tags exceeded the per-server limit " + MAX_TAGS));
  }

  // ---- the lock

  /** An owner's second lock changes nothing; an administrator's takes it over. */
  Decision lock(UserCommand.Origin origin, Optional<String> reason) {
    var byOwner = isOwner(origin);
    if (state.lock().isPresent() && byOwner) {
      return Decision.nothing();
    }
    var lock =
        new Lock(
            byOwner ? Lock.By.OWNER : Lock.By.ADMIN,
            reason.or(() -> state.lock().flatMap(Lock::reason)));
    return Decision.accept(new InstanceEvent.Locked(origin, lock, moment.now()));
  }

  Decision unlock(UserCommand.Origin origin) {
    if (state.lock().isEmpty()) {
      return Decision.nothing();
    }
    var expected = isOwner(origin) ? Lock.By.OWNER : Lock.By.ADMIN;
    return state.lock().get().by() == expected || origin.admin()
        ? Decision.accept(new InstanceEvent.Unlocked(origin, moment.now()))
        : new Decision.Reject(new Rejection.Locked(state.id().toString()));
  }

  private boolean isOwner(UserCommand.Origin origin) {
    return request.project().value().equals(origin.projectId());
  }
}

package io.troupe.actors.project;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.troupe.actors.Rejection;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.List;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Which instances count against a project's quota, and how much each. The sum is carried along. The
 * map is persistent: a change shares all but a few nodes with the map before, however many
 * instances there are.
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE) // Pekko shows fields otherwise
public final class ProjectState implements CborSerializable {
  public static final ProjectState EMPTY =
      new ProjectState(HashTreePMap.empty(), HashTreePMap.empty(), Resources.NONE);

  private final PMap<InstanceId, ProjectEvent.Counted> usage;
  private final PMap<String, Integer> groupMembers;
  private final Resources sum;

  private ProjectState(
      PMap<InstanceId, ProjectEvent.Counted> usage,
      PMap<String, Integer> groupMembers,
      Resources sum) {
    this.usage = usage;
    this.groupMembers = groupMembers;
    this.sum = sum;
  }

  /** From a snapshot. */
  @JsonCreator
  static ProjectState of(@JsonProperty("counted") List<ProjectEvent.Counted> counted) {
    return EMPTY.evolve(new ProjectEvent.UsageChanged(counted, List.of()));
  }

  @JsonProperty
  List<ProjectEvent.Counted> counted() {
    return List.copyOf(usage.values());
  }

  public int instances() {
    return usage.size();
  }

  public Resources sum() {
    return sum;
  }

  public boolean counts(InstanceId instance) {
    return usage.containsKey(instance);
  }

  /** Whether it is not counted yet, or was counted otherwise before. */
  public boolean isNews(ProjectEvent.Counted one) {
    var known = usage.get(one.instance());
    return known == null || one.generation() > known.generation();
  }

  /** Why this one more instance, or one that grows, would be too much; empty when it fits. */
  public Optional<Rejection> refusal(ProjectEvent.Counted more, Limits limits) {
    var known = usage.get(more.instance());
    var before = known == null ? Resources.NONE : known.amount();
    long cores = (long) more.amount().vcpus() - before.vcpus();
    long ramMib = more.amount().ramMib() - before.ramMib();
    return over("instances", known == null ? 1 : 0, instances(), limits.instances())
        .or(() -> over("cores", cores, sum.vcpus(), limits.cores()))
        .or(() -> over("ram", ramMib, sum.ramMib(), limits.ramMib()))
        .or(
            () ->
                more.group()
                    .filter(_ -> known == null)
                    .flatMap(
                        group ->
                            over(
                                "server_group_members",
                                1,
                                groupMembers.getOrDefault(group, 0),
                                limits.groupMembers())));
  }

  private static Optional<Rejection> over(String resource, long asked, long used, long limit) {
    return limit >= 0 && asked > 0 && used + asked > limit
        ? Optional.of(new Rejection.QuotaExceeded(resource, asked, used, limit))
        : Optional.empty();
  }

  public ProjectState evolve(ProjectEvent event) {
    return switch (event) {
      case ProjectEvent.UsageChanged(var counted, var released) -> {
        var state = this;
        for (ProjectEvent.Counted one : counted) {
          state = state.with(one);
        }
        for (InstanceId instance : released) {
          state = state.without(instance);
        }
        yield state;
      }
    };
  }

  private ProjectState with(ProjectEvent.Counted one) {
    var rest = without(one.instance());
    return new ProjectState(
        rest.usage.plus(one.instance(), one),
        rest.members(one.group(), 1),
        rest.sum.plus(one.amount()));
  }

  private ProjectState without(InstanceId instance) {
    var one = usage.get(instance);
    return one == null
        ? this
        : new ProjectState(
            usage.minus(instance), members(one.group(), -1), sum.minus(one.amount()));
  }

  private PMap<String, Integer> members(Optional<String> group, int more) {
    if (group.isEmpty()) {
      return groupMembers;
    }
    var now = groupMembers.getOrDefault(group.get(), 0) + more;
    return now == 0 ? groupMembers.minus(group.get()) : groupMembers.plus(group.get(), now);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ProjectState that && usage.equals(that.usage);
  }

  @Override
  public int hashCode() {
    return usage.hashCode();
  }

  @Override
  public String toString() {
    return "ProjectState" + usage;
  }
}

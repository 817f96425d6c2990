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
  public static final ProjectState EMPTY = new ProjectState(HashTreePMap.empty(), Resources.NONE);

  private final PMap<InstanceId, Resources> usage;
  private final Resources sum;

  private ProjectState(PMap<InstanceId, Resources> usage, Resources sum) {
    this.usage = usage;
    this.sum = sum;
  }

  /** From a snapshot. */
  @JsonCreator
  static ProjectState of(@JsonProperty("counted") List<ProjectEvent.Counted> counted) {
    return EMPTY.evolve(new ProjectEvent.UsageChanged(counted, List.of()));
  }

  @JsonProperty
  List<ProjectEvent.Counted> counted() {
    return usage.entrySet().stream()
        .map(entry -> new ProjectEvent.Counted(entry.getKey(), entry.getValue()))
        .toList();
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

  /** Why {@code amount} more for one more instance would be too much; empty when it fits. */
  public Optional<Rejection> refusal(Resources amount, Limits limits) {
    return over("instances", 1, instances(), limits.instances())
        .or(() -> over("cores", amount.vcpus(), sum.vcpus(), limits.cores()))
        .or(() -> over("ram", amount.ramMib(), sum.ramMib(), limits.ramMib()));
  }

  private static Optional<Rejection> over(String resource, long asked, long used, long limit) {
    return limit >= 0 && used + asked > limit
        ? Optional.of(new Rejection.QuotaExceeded(resource, asked, used, limit))
        : Optional.empty();
  }

  public ProjectState evolve(ProjectEvent event) {
    return switch (event) {
      case ProjectEvent.UsageChanged(var counted, var released) -> {
        var state = this;
        for (ProjectEvent.Counted one : counted) {
          state = state.with(one.instance(), one.amount());
        }
        for (InstanceId instance : released) {
          state = state.without(instance);
        }
        yield state;
      }
    };
  }

  private ProjectState with(InstanceId instance, Resources amount) {
    var rest = without(instance);
    return new ProjectState(rest.usage.plus(instance, amount), rest.sum.plus(amount));
  }

  private ProjectState without(InstanceId instance) {
    var amount = usage.get(instance);
    return amount == null ? this : new ProjectState(usage.minus(instance), sum.minus(amount));
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

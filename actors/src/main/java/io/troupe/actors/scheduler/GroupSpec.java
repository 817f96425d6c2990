package io.troupe.actors.scheduler;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.troupe.actors.catalog.ServerGroup;

/**
 * What a server group demands of the host of its next member.
 *
 * @param maxPerHost members a host may have under anti-affinity, at least 1
 */
public record GroupSpec(String id, Policy policy, int maxPerHost) {
  public GroupSpec {
    if (maxPerHost < 1) {
      throw new IllegalArgumentException("group " + id + ": max per host must be at least 1");
    }
  }

  public static GroupSpec of(ServerGroup group) {
    return new GroupSpec(group.id(), Policy.of(group.policy()), group.maxServerPerHost());
  }

  /** A server group's policy; the hard ones filter, the soft ones weigh. */
  public enum Policy {
    AFFINITY("affinity"),
    ANTI_AFFINITY("anti-affinity"),
    SOFT_AFFINITY("soft-affinity"),
    SOFT_ANTI_AFFINITY("soft-anti-affinity");

    private final String word;

    Policy(String word) {
      this.word = word;
    }

    /** The policy as the Compute API writes it. */
    @JsonCreator
    public static Policy of(String word) {
      for (Policy policy : values()) {
        if (policy.word.equals(word)) {
          return policy;
        }
      }
      throw new IllegalArgumentException("unknown server group policy: " + word);
    }

    @JsonValue
    public String word() {
      return word;
    }
  }
}

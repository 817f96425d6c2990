package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A batch whose hosts are being asked to keep room for all of it. One thread owns it.
 *
 * <pre>
 *   all decided, all promised ─▶ each host: Hold ─▶ all held: every member hears where to go
 *        ▲                                      └─▶ one refused: give back, promises forgotten
 *        └── with what the hosts have said, at most {@link #TRIES} times ──┘
 * </pre>
 */
final class Round {
  /** Each begins with the refusing hosts' own word about themselves, so more would not help. */
  static final int TRIES = 3;

  private final String batch;
  private final SequencedMap<InstanceId, SchedulerActor.Place> members = new LinkedHashMap<>();
  private final Map<InstanceId, Decision.Placed> decided = new HashMap<>();
  private final Set<HostId> awaited = new HashSet<>();
  private final Set<HostId> holding = new HashSet<>();

  /** By instance the host that refused it last. */
  private final SequencedMap<InstanceId, HostId> refused = new LinkedHashMap<>();

  private String reason = "";
  private int tries;
  private boolean doubted;

  Round(String batch, List<SchedulerActor.Place> members) {
    this.batch = batch;
    members.forEach(member -> this.members.putLast(member.spec().instance(), member));
  }

  String batch() {
    return batch;
  }

  List<SchedulerActor.Place> members() {
    return List.copyOf(members.values());
  }

  /**
   * Takes the later question of a member that has given up on its earlier one.
   *
   * @return false when it is no member
   */
  boolean replaces(SchedulerActor.Place place) {
    var earlier = members.get(place.spec().instance());
    if (earlier == null) {
      return false;
    }
    members.put(
        place.spec().instance(),
        new SchedulerActor.Place(earlier.spec(), place.mayPreempt(), place.replyTo()));
    return true;
  }

  /**
   * Everybody has been promised a host.
   *
   * @return what each host is to be asked to keep
   */
  Map<HostId, List<RequestSpec>> begin(Map<InstanceId, Decision.Placed> decisions) {
    tries++;
    decided.clear();
    decided.putAll(decisions);
    refused.clear();
    holding.clear();
    reason = "";
    var byHost = new LinkedHashMap<HostId, List<RequestSpec>>();
    members
        .values()
        .forEach(
            member ->
                byHost.computeIfAbsent(hostOf(member), _ -> new ArrayList<>()).add(member.spec()));
    awaited.clear();
    awaited.addAll(byHost.keySet());
    return byHost;
  }

  private HostId hostOf(SchedulerActor.Place member) {
    return decided.get(member.spec().instance()).candidates().getFirst().host();
  }

  /**
   * @return whether it was awaited
   */
  boolean hear(HostId host, List<InstanceId> refusedThere, String why) {
    if (!awaited.remove(host)) {
      return false;
    }
    if (refusedThere.isEmpty()) {
      holding.add(host);
    } else {
      reason = why;
      refusedThere.forEach(instance -> refused.put(instance, host));
    }
    return true;
  }

  /** Hosts that have not answered have refused. */
  void hearNoMore() {
    for (HostId host : List.copyOf(awaited)) {
      hear(host, on(host), "the host does not answer");
    }
  }

  boolean isComplete() {
    return awaited.isEmpty();
  }

  boolean isHeld() {
    return refused.isEmpty();
  }

  /** Not all of it could be placed; the next time that is final. */
  void doubt() {
    doubted = true;
  }

  boolean isDoubted() {
    return doubted;
  }

  boolean mayBeTriedAgain() {
    return tries < TRIES;
  }

  Decision.Placed decision(InstanceId instance) {
    return decided.get(instance);
  }

  /** Members that are to go to this host. */
  List<InstanceId> on(HostId host) {
    return members.values().stream()
        .filter(member -> hostOf(member).equals(host))
        .map(member -> member.spec().instance())
        .toList();
  }

  Set<HostId> holding() {
    return Set.copyOf(holding);
  }

  int refusals() {
    return refused.size();
  }

  HostId lastRefusing() {
    return refused.lastEntry().getValue();
  }

  String reason() {
    return reason;
  }

  /** Who was refused somewhere does not go there again, whatever the host's row says. */
  void learn() {
    refused.forEach(
        (instance, host) ->
            members.computeIfPresent(
                instance,
                (_, place) ->
                    new SchedulerActor.Place(
                        place.spec().excluding(host), place.mayPreempt(), place.replyTo())));
  }
}

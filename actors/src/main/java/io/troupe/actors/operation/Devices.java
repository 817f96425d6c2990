package io.troupe.actors.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Volumes and network cards of an instance that is there already. What the driver could not do is
 * undone by it; what it cannot even undo stays on both sides as if it had been done, so that it can
 * be asked for again.
 *
 * <pre>
 *   attach volume:     connect volume → attach volume → mark attached
 *                         └─ refused       └─ failed: detach volume → free volume
 *                                                        └─ not even that: mark attached
 *   detach volume:     begin detaching → detach volume → free volume
 *                                           └─ failed: mark attached
 *   swap volume:       connect volume → swap volume → mark attached → free the one before
 *                         └─ refused      └─ failed: swap back → free volume
 *                                                      └─ not even that: mark attached, both stay
 *   between two hosts, while a resize waits, the guest at its source gets and loses the same:
 *     attach volume:   connect volume → connect volumes there → attach there → attach → mark attached
 *     detach volume:   begin detaching → detach → detach there → free volume
 *     swap volume:     connect volume → connect volumes there → attach the new one there → swap
 *                        → detach the former one there → mark attached → free the former one
 *   on no host:        connect volume, or release volume: it is reserved for when there is a guest
 *   attach interface:  attach port → attach nic
 *                         └─ refused    └─ failed: detach nic → release port
 *   detach interface:  detach nic → release port
 * </pre>
 */
public final class Devices {
  private Devices() {}

  public static List<Step> steps(OperationKind kind) {
    return switch (kind) {
      case ATTACH_VOLUME ->
          of(StepKind.CONNECT_VOLUME, StepKind.ATTACH_VOLUME, StepKind.MARK_ATTACHED);
      case DETACH_VOLUME ->
          of(StepKind.BEGIN_DETACHING, StepKind.DETACH_VOLUME, StepKind.FREE_VOLUME);
      case SWAP_VOLUME ->
          of(
              StepKind.CONNECT_VOLUME,
              StepKind.SWAP_VOLUME,
              StepKind.MARK_ATTACHED,
              StepKind.FREE_VOLUME);
      case ATTACH_INTERFACE -> of(StepKind.ATTACH_PORT, StepKind.ATTACH_NIC);
      case DETACH_INTERFACE -> of(StepKind.DETACH_NIC, StepKind.RELEASE_PORT);
      default -> throw new IllegalArgumentException(kind + " is not about devices");
    };
  }

  /**
   * The same for the guest that waits at the source of a resize. It is off, and has all volumes
   * that the instance has, so that a revert finds it as it should be.
   */
  public static List<Step> onBothHosts(OperationKind kind) {
    return switch (kind) {
      case ATTACH_VOLUME ->
          List.of(
              Step.of(StepKind.CONNECT_VOLUME),
              Step.there(StepKind.CONNECT_VOLUMES),
              Step.there(StepKind.ATTACH_VOLUME),
              Step.of(StepKind.ATTACH_VOLUME),
              Step.of(StepKind.MARK_ATTACHED));
      case DETACH_VOLUME ->
          List.of(
              Step.of(StepKind.BEGIN_DETACHING),
              Step.of(StepKind.DETACH_VOLUME),
              Step.there(StepKind.DETACH_VOLUME),
              Step.of(StepKind.FREE_VOLUME));
      case SWAP_VOLUME ->
          List.of(
              Step.of(StepKind.CONNECT_VOLUME),
              Step.there(StepKind.CONNECT_VOLUMES),
              Step.there(StepKind.ATTACH_VOLUME),
              Step.of(StepKind.SWAP_VOLUME),
              Step.there(StepKind.DETACH_VOLUME),
              Step.of(StepKind.MARK_ATTACHED),
              Step.of(StepKind.FREE_VOLUME));
      default -> throw new IllegalArgumentException(kind + " is not about volumes");
    };
  }

  /** Of an instance that is on no host: only who counts on the volume changes. */
  public static List<Step> offHost(OperationKind kind) {
    return switch (kind) {
      case ATTACH_VOLUME -> of(StepKind.CONNECT_VOLUME);
      case DETACH_VOLUME -> of(StepKind.RELEASE_VOLUME);
      default -> throw new IllegalArgumentException(kind + " is not about volumes");
    };
  }

  /**
   * What is done instead of what was left, when {@code failed} could not be.
   *
   * @param never whether the driver has no such command, so that nothing can have come of it
   * @param both whether another guest of the instance waits at the source of a resize
   */
  public static List<Step> afterFailure(
      OperationKind kind, Step failed, boolean never, boolean both) {
    if (failed.isSwapBack()) {
      return of(StepKind.MARK_ATTACHED);
    }
    return switch (failed.kind()) {
      case SWAP_VOLUME -> never ? freed(both) : prepend(List.of(Step.swapBack()), freed(both));
      case CONNECT_VOLUME, CONNECT_VOLUMES -> of(StepKind.FREE_VOLUME);
      case ATTACH_VOLUME -> {
        if (failed.isThere()) {
          yield freed(!never);
        }
        yield never ? freed(both) : prepend(of(StepKind.DETACH_VOLUME), freed(both));
      }
      case DETACH_VOLUME -> of(StepKind.MARK_ATTACHED);
      case ATTACH_PORT -> of(StepKind.RELEASE_PORT);
      case ATTACH_NIC ->
          never ? of(StepKind.RELEASE_PORT) : of(StepKind.DETACH_NIC, StepKind.RELEASE_PORT);
      default -> List.of();
    };
  }

  /** The guest at the source, which may have the volume that is given back, loses it first. */
  private static List<Step> freed(boolean both) {
    var free = of(StepKind.FREE_VOLUME);
    return both ? prepend(List.of(Step.there(StepKind.DETACH_VOLUME)), free) : free;
  }

  private static List<Step> prepend(List<Step> first, List<Step> then) {
    var all = new ArrayList<>(first);
    all.addAll(then);
    return all;
  }

  /**
   * What is done first by an operation that breaks off such a one and lets the instance live: what
   * the guest may have stays on both sides, what it cannot have goes back.
   */
  public static List<Step> whenBrokenOff(Operation operation) {
    return switch (operation.kind()) {
      case ATTACH_VOLUME, DETACH_VOLUME ->
          operation.current().stream()
              .map(
                  step ->
                      switch (step.kind()) {
                        case CONNECT_VOLUME, CONNECT_VOLUMES, FREE_VOLUME ->
                            Step.of(StepKind.FREE_VOLUME);
                        default -> Step.of(StepKind.MARK_ATTACHED);
                      })
              .toList();
      case SWAP_VOLUME -> whenSwapIsBrokenOff(operation);
      case ATTACH_INTERFACE, DETACH_INTERFACE ->
          operation.current().stream()
              .filter(
                  step ->
                      step.kind() == StepKind.ATTACH_PORT || step.kind() == StepKind.RELEASE_PORT)
              .map(_ -> Step.of(StepKind.RELEASE_PORT))
              .toList();
      default -> List.of();
    };
  }

  /**
   * Once the guest has the new one for certain the old one goes, and the new one while it has it
   * for certain not.
   */
  private static List<Step> whenSwapIsBrokenOff(Operation operation) {
    var failed = operation.failure().isPresent();
    return operation.current().stream()
        .flatMap(
            step ->
                switch (step.kind()) {
                  case CONNECT_VOLUME, CONNECT_VOLUMES -> Stream.of(Step.freeOther());
                  case FREE_VOLUME ->
                      Stream.of(failed ? Step.freeOther() : Step.of(StepKind.FREE_VOLUME));
                  case MARK_ATTACHED ->
                      failed ? Stream.of(step) : Stream.of(step, Step.of(StepKind.FREE_VOLUME));
                  default -> Stream.of(Step.of(StepKind.MARK_ATTACHED));
                })
        .toList();
  }

  private static List<Step> of(StepKind... kinds) {
    return List.of(kinds).stream().map(Step::of).toList();
  }
}

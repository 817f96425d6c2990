package io.troupe.actors.drain;

import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.HostDrain;
import io.troupe.actors.catalog.HostDrain.Item;
import io.troupe.actors.catalog.HostDrain.Policy;
import io.troupe.actors.catalog.HostDrain.State;
import io.troupe.actors.catalog.HostDrain.Work;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.instance.VmState;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.MoveTicket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What becomes of a drain when its host has been looked at. Nothing here asks anybody.
 *
 * <pre>
 *   WAITING ──► MOVING ──► MOVED            an instance that is back on the host waits anew
 *      ▲           │  └──► STOPPED
 *      └─ retry ───┴─────► FAILED           after so many attempts
 *   WAITING ──► LEFT, STOPPED (it is off)   nothing is to be done
 *   any     ──► MOVED, GONE                 somebody else has moved or deleted it
 * </pre>
 */
final class Draining {
  /** Waiting ones that are asked in one look beyond those that can begin: some may be busy. */
  private static final int SPARE = 20;

  /** Before one that is busy is looked at again; others have their turn meanwhile. */
  private static final Duration BUSY = Duration.ofSeconds(3);

  private final HostDrain drain;
  private final Look look;
  private final Supplier<OperationId> ids;

  private Draining(HostDrain drain, Look look, Supplier<OperationId> ids) {
    this.drain = drain;
    this.look = look;
    this.ids = ids;
  }

  /** The instances to be asked in a look. */
  static Set<InstanceId> toAsk(HostDrain drain, Set<InstanceId> claims, boolean up, Instant now) {
    var asked = new LinkedHashSet<InstanceId>();
    var known = new LinkedHashSet<InstanceId>();
    long room = drain.terms().atOnce() - drain.count(State.MOVING) + SPARE;
    for (Item item : drain.items()) {
      var id = item.instance();
      known.add(id);
      boolean here = claims.contains(id);
      boolean asks =
          switch (item.state()) {
            case MOVING -> true;
            case MOVED, GONE -> here && !drain.stopped();
            case STOPPED, LEFT, FAILED -> !here && !drain.stopped();
            case WAITING -> !drain.stopped() && (!here || (up && isDue(item, now) && room-- > 0));
          };
      if (asks) {
        asked.add(id);
      }
    }
    if (!drain.stopped() && up) {
      claims.stream()
          .filter(id -> !known.contains(id))
          .limit(Math.max(0, room))
          .forEach(asked::add);
    }
    return asked;
  }

  private static boolean isDue(Item item, Instant now) {
    return item.notBefore().filter(now::isBefore).isEmpty();
  }

  /**
   * The drain after a look.
   *
   * @param ids for operations that begin
   */
  static HostDrain next(HostDrain drain, Look look, Supplier<OperationId> ids) {
    return new Draining(drain, look, ids).next();
  }

  private HostDrain next() {
    var items = new LinkedHashMap<InstanceId, Item>();
    drain.items().forEach(item -> items.put(item.instance(), item));
    if (!drain.stopped()) {
      look.claims().forEach(id -> items.putIfAbsent(id, Item.waiting(id, drain.terms().policy())));
    }
    items.replaceAll((_, item) -> item.state() == State.MOVING ? moving(item) : resting(item));
    long free =
        drain.terms().atOnce()
            - items.values().stream().filter(item -> item.state() == State.MOVING).count();
    var all = new ArrayList<Item>();
    for (Item item : items.values()) {
      Item then = item;
      if (item.state() == State.WAITING && mayBegin(item)) {
        then = begun(item, look.instances().get(item.instance()).orElseThrow(), free > 0);
      }
      free -= then.state() == State.MOVING && item.state() != State.MOVING ? 1 : 0;
      all.add(then);
    }
    return drain.with(all, look.now());
  }

  private boolean mayBegin(Item item) {
    return !drain.stopped()
        && look.up()
        && isDue(item, look.now())
        && look.claims().contains(item.instance())
        && look.instances().getOrDefault(item.instance(), Optional.empty()).isPresent();
  }

  // ---- what is under way

  private Item moving(Item item) {
    var seen = look.instances().get(item.instance());
    if (seen == null) {
      return item;
    }
    if (seen.isEmpty()) {
      return item.ended(State.GONE, "it was deleted", Optional.empty());
    }
    var trail = look.operation(item.instance(), item.operation().orElseThrow());
    if (trail.flatMap(OperationTrail::finishedAt).isEmpty()) {
      return item; // in progress, or not heard of yet
    }
    var instance = seen.get();
    if (trail.get().error().isPresent()) {
      return failed(item, trail.get().error().get(), false);
    }
    return switch (item.work().orElseThrow()) {
      case LIVE_MIGRATE, CONFIRM -> arrived(item, instance);
      case MIGRATE ->
          isOurs(item, instance)
              ? item.moving(item.policy(), Work.CONFIRM, ids.get())
              : arrived(item, instance);
      case STOP ->
          isHere(instance) && instance.vmState() != VmState.STOPPED
              ? failed(item, "it is " + instance.vmState().word() + " after it was stopped", false)
              : isHere(instance)
                  ? item.ended(State.STOPPED, "", Optional.empty())
                  : elsewhere(item, instance);
    };
  }

  private Item arrived(Item item, InstanceView instance) {
    return isHere(instance)
        ? failed(item, "it was not moved: the move was broken off", false)
        : elsewhere(item, instance);
  }

  private boolean isHere(InstanceView instance) {
    return instance.host().filter(drain.host()::equals).isPresent();
  }

  private static Item elsewhere(Item item, InstanceView instance) {
    return instance.host().isPresent()
        ? item.ended(State.MOVED, "", instance.host())
        : item.ended(State.GONE, "it has no host any more", Optional.empty());
  }

  /** Whether it waits to be confirmed after a migration that this drain has begun. */
  private static boolean isOurs(Item item, InstanceView instance) {
    return instance.vmState() == VmState.RESIZED
        && !instance.migrations().isEmpty()
        && item.migration().filter(instance.migrations().getLast().operation()::equals).isPresent();
  }

  /**
   * @param refused whether the instance would not even begin
   */
  private Item failed(Item item, String why, boolean refused) {
    return failed(drain, item, why, refused, look.now());
  }

  private static Item failed(HostDrain drain, Item item, String why, boolean refused, Instant now) {
    int failures = item.failures() + 1;
    var terms = drain.terms();
    boolean live = item.work().filter(Work.LIVE_MIGRATE::equals).isPresent() && !item.cold();
    if (live && terms.coldFallback() && (refused || failures >= terms.attempts())) {
      return item.waitingUntil(now, why, 0, true);
    }
    if (failures >= terms.attempts()) {
      return item.waitingUntil(now, why, failures, item.cold())
          .ended(State.FAILED, why, Optional.empty());
    }
    return item.waitingUntil(now.plus(terms.retryAfter()), why, failures, item.cold());
  }

  // ---- what is not

  private Item resting(Item item) {
    var seen = look.instances().get(item.instance());
    if (seen == null || drain.stopped()) {
      return item;
    }
    if (seen.isEmpty()) {
      return item.state() == State.GONE
          ? item
          : item.ended(State.GONE, "it was deleted", Optional.empty());
    }
    boolean claimed = look.claims().contains(item.instance());
    boolean wasGone = item.state() == State.MOVED || item.state() == State.GONE;
    if (wasGone && claimed && isHere(seen.get())) {
      return Item.waiting(item.instance(), drain.terms().policy()); // it has come back
    }
    return wasGone || claimed || isHere(seen.get()) ? item : elsewhere(item, seen.get());
  }

  /** What becomes of one that may begin. */
  private Item begun(Item waiting, InstanceView instance, boolean room) {
    var own =
        drain.terms().ownPolicies()
            ? Policy.ownOf(instance.request().metadata())
            : Optional.<Policy>empty();
    var item = waiting.by(own.orElse(drain.terms().policy()));
    if (instance.taskState().isPresent() || instance.vmState() == VmState.BUILDING) {
      var busy = instance.taskState().map(task -> task.word()).orElse("building");
      return item.waitingUntil(
          look.now().plus(BUSY), "it is busy: " + busy, item.failures(), item.cold());
    }
    if (!isHere(instance)) {
      return held(item, instance, room);
    }
    return switch (item.policy()) {
      case LEAVE -> item.ended(State.LEFT, "", Optional.empty());
      case STOP ->
          switch (instance.vmState()) {
            case ACTIVE -> moving(item, Work.STOP, room);
            case STOPPED, SUSPENDED, SHELVED, SOFT_DELETED ->
                item.ended(State.STOPPED, "", Optional.empty());
            default -> cannot(item, instance);
          };
      case LIVE, COLD ->
          switch (instance.vmState()) {
            case ACTIVE ->
                moving(
                    item,
                    item.policy() == Policy.LIVE && !item.cold() ? Work.LIVE_MIGRATE : Work.MIGRATE,
                    room);
            case PAUSED ->
                item.policy() == Policy.LIVE && !item.cold()
                    ? moving(item, Work.LIVE_MIGRATE, room)
                    : cannot(item, instance);
            case STOPPED -> moving(item, Work.MIGRATE, room);
            default -> cannot(item, instance);
          };
    };
  }

  private Item moving(Item item, Work work, boolean room) {
    return room ? item.moving(item.policy(), work, ids.get()) : item;
  }

  private Item cannot(Item item, InstanceView instance) {
    return failed(
        item,
        "it is %s, and cannot be %s in this state"
            .formatted(
                instance.vmState().word(), item.policy() == Policy.STOP ? "stopped" : "moved"),
        false);
  }

  /** It is elsewhere, and its claim is here. */
  private Item held(Item item, InstanceView instance, boolean room) {
    if (isOurs(item, instance)) {
      return moving(item, Work.CONFIRM, room);
    }
    var where = instance.host().map(HostId::value).orElse("none");
    return failed(
        item,
        instance.vmState() == VmState.RESIZED
            ? "it has gone to host %s, which has yet to be confirmed or reverted".formatted(where)
            : "its host is %s; what it claims here has yet to be released".formatted(where),
        false);
  }

  // ---- what is sent

  /**
   * What the instances under way are to be told: those of whose operation no look has seen
   * anything.
   */
  static List<Item> toSend(HostDrain drain, Look look) {
    return drain.items().stream()
        .filter(item -> item.state() == State.MOVING)
        .filter(item -> look.operation(item.instance(), item.operation().orElseThrow()).isEmpty())
        .toList();
  }

  /** The command that is under way with an instance; repeated, it has one effect. */
  static UserCommand command(HostDrain drain, Item item) {
    var origin =
        new UserCommand.Origin(
            item.operation().orElseThrow(), drain.userId(), drain.projectId(), true);
    return switch (item.work().orElseThrow()) {
      case LIVE_MIGRATE ->
          new UserCommand.LiveMigrate(origin, Optional.empty(), false, MoveTicket.Storage.UNKNOWN);
      case MIGRATE -> new UserCommand.Migrate(origin, Optional.empty());
      case CONFIRM -> new UserCommand.ConfirmResize(origin);
      case STOP -> new UserCommand.Stop(origin);
    };
  }

  /** The drain when an instance has refused what it was told. */
  static HostDrain refused(HostDrain drain, Item item, Rejection reason, Instant now) {
    return drain.with(
        drain.items().stream()
            .map(
                one ->
                    one.state() == State.MOVING
                            && one.instance().equals(item.instance())
                            && one.operation().equals(item.operation())
                        ? failed(drain, one, words(reason), true, now)
                        : one)
            .toList(),
        now);
  }

  /** Whether the same may succeed the moment after: nothing has been refused. */
  static boolean isForNow(Rejection reason) {
    return reason instanceof Rejection.Unavailable || reason instanceof Rejection.NotFound;
  }

  private static String words(Rejection reason) {
    return switch (reason) {
      case Rejection.NotFound(var kind, var id) -> "%s %s is not there".formatted(kind, id);
      case Rejection.WrongState(var action, _, var attribute, var state) ->
          "it refuses to %s while its %s is %s".formatted(action, attribute, state);
      case Rejection.Locked _ -> "it is locked";
      case Rejection.NotReady _ -> "it has no host yet";
      case Rejection.QuotaExceeded(var resource, _, _, _) -> "no quota left of " + resource;
      case Rejection.Invalid(_, var why) -> why;
      case Rejection.Conflict(var message) -> message;
      case Rejection.Unsupported(var message) -> message;
      case Rejection.Unavailable(var message) -> message;
    };
  }
}

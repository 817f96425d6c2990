package io.troupe.actors.scheduler.topology;

import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.config.PciAlias;
import io.troupe.config.PciNumaPolicy;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.HostTopology.Device;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where on a host a guest could run: its cells in different cells of the host, its devices near
 * them.
 *
 * <p>Hard constraints: each cell of the guest fits into its cell of the host ({@link CellFit});
 * each device is given once, as near as its policy says. Preferences: cells without devices for
 * guests that ask for none; cells with less claimed RAM; then in the order of ids; {@code
 * preferred} devices near if that can be had at all. The first way in that order is the answer, so
 * the scheduler and the host come to the same one from the same facts.
 *
 * <p>Method: which pairs of cells fit is asked once each. Then cells are assigned one after the
 * other. Whether the rest can be assigned depends only on which cells of the host are used, so each
 * such set fails at most once: 2^n sets for n cells of the host, not n! orders. Devices are matched
 * ({@link DeviceMatching}) for each whole set. Example: guest cells 0 and 1 on host cells A and B,
 * 0 fits both, 1 only A, the card hangs at A: 0 → A leaves 1 nowhere; 0 → B, 1 → A, and A has the
 * card.
 *
 * <p>Source: Nova's {@code numa_fit_instance_to_host} and {@code PciDeviceStats}; dedicated and
 * shared CPUs are two sets, as there since 2019.
 */
public final class Fitting {
  /** Sets of cells are held as the bits of a long. */
  private static final int MOST_CELLS = 64;

  private final GuestShape shape;
  private final HostParts parts;
  private final FreeDevices free;
  private final List<HostTopology.Cell> order;
  private final CellFit.Fits[][] fits;

  /** For each item of the shape's devices its alias, in order. */
  private final List<String> items = new ArrayList<>();

  private final int[] chosenCells;
  private int[] chosenDevices = new int[0];
  private final Set<Long> failed = new HashSet<>();
  private boolean withDevices;
  private boolean preferredNear;
  private final Map<String, int[]> openTo = new HashMap<>();

  /** The answer. */
  public sealed interface Outcome {}

  public record Fits(GuestPlacement placement) implements Outcome {}

  public record Lacks(Verdict.Fail why) implements Outcome {}

  private Fitting(GuestShape shape, HostParts parts) {
    this.shape = shape;
    this.parts = parts;
    this.free = new FreeDevices(parts);
    this.order = order();
    this.fits = new CellFit.Fits[shape.cells().size()][order.size()];
    this.chosenCells = new int[shape.cells().size()];
    for (GuestShape.Devices devices : shape.devices()) {
      openTo.put(devices.alias(), free.of(devices.alias()));
      for (int i = 0; i < devices.count(); i++) {
        items.add(devices.alias());
      }
    }
  }

  /** Cells and devices together. */
  public static Outcome of(GuestShape shape, HostParts parts) {
    var fitting = new Fitting(shape, parts);
    var miss = fitting.deviceMiss().or(fitting::cellMiss);
    if (miss.isPresent()) {
      return new Lacks(miss.get());
    }
    return fitting.search(true) ? new Fits(fitting.placement()) : new Lacks(fitting.tooFar());
  }

  /** What is missing of devices, wherever on the host they are. */
  public static Optional<Verdict.Fail> deviceMiss(GuestShape shape, HostParts parts) {
    return shape.devices().isEmpty() ? Optional.empty() : new Fitting(shape, parts).deviceMiss();
  }

  /** What is missing of cells; also when devices are there, but not near enough. */
  public static Optional<Verdict.Fail> cellMiss(GuestShape shape, HostParts parts) {
    if (shape.cells().isEmpty()) {
      return Optional.empty();
    }
    var fitting = new Fitting(shape, parts);
    var miss = fitting.cellMiss();
    if (miss.isPresent() || shape.devices().isEmpty() || fitting.deviceMiss().isPresent()) {
      return miss;
    }
    return fitting.search(true) ? Optional.empty() : Optional.of(fitting.tooFar());
  }

  private Verdict.Fail tooFar() {
    return new Verdict.Mismatch(
        "devices of " + aliases(), "near the guest's cells", "elsewhere only");
  }

  private String aliases() {
    return shape.devices().stream().map(GuestShape.Devices::alias).collect(Collectors.joining(","));
  }

  // ---- devices by themselves

  private Optional<Verdict.Fail> deviceMiss() {
    for (GuestShape.Devices asked : shape.devices()) {
      int there = openTo.get(asked.alias()).length;
      if (there < asked.count()) {
        return Optional.of(
            new Verdict.Short("devices of alias " + asked.alias(), asked.count(), there, ""));
      }
    }
    return items.isEmpty() || match(openTo).length > 0
        ? Optional.empty()
        : Optional.of(
            new Verdict.Mismatch(
                "devices of aliases", aliases() + " together", "each by itself only"));
  }

  private int[] match(Map<String, int[]> open) {
    int[][] each = new int[items.size()][];
    boolean[] again = new boolean[items.size()];
    for (int i = 0; i < each.length; i++) {
      each[i] = open.get(items.get(i));
      again[i] = i > 0 && items.get(i).equals(items.get(i - 1));
    }
    return new DeviceMatching(parts.topology().devices(), each, again).find();
  }

  // ---- cells

  private List<HostTopology.Cell> order() {
    if (shape.cells().isEmpty()) {
      return List.of();
    }
    var devices = new HashMap<Integer, Integer>();
    if (shape.devices().isEmpty()) {
      for (Device device : parts.topology().devices()) {
        device.cell().ifPresent(cell -> devices.merge(cell, 1, Integer::sum));
      }
    }
    var claimed = new HashMap<Integer, Long>();
    for (GuestPlacement placement : parts.placements()) {
      placement.cells().forEach(cell -> claimed.merge(cell.hostCell(), cell.ramMib(), Long::sum));
    }
    var cells = new ArrayList<>(parts.topology().cells());
    cells.sort(
        Comparator.comparingInt((HostTopology.Cell cell) -> devices.getOrDefault(cell.id(), 0))
            .thenComparingLong(cell -> claimed.getOrDefault(cell.id(), 0L))
            .thenComparingInt(HostTopology.Cell::id));
    return cells.subList(0, Math.min(cells.size(), MOST_CELLS));
  }

  private Optional<Verdict.Fail> cellMiss() {
    int asked = shape.cells().size();
    if (asked == 0) {
      return Optional.empty();
    }
    if (order.isEmpty()) {
      return Optional.of(new Verdict.Mismatch("numa topology", asked + " cells", "none"));
    }
    if (asked > order.size()) {
      return Optional.of(new Verdict.Short("numa cells", asked, order.size(), ""));
    }
    var fit = new CellFit(parts);
    for (int guest = 0; guest < asked; guest++) {
      CellFit.Lacks nearest = null;
      boolean any = false;
      for (int host = 0; host < order.size(); host++) {
        switch (fit.of(shape, guest, order.get(host))) {
          case CellFit.Fits found -> {
            fits[guest][host] = found;
            any = true;
          }
          case CellFit.Lacks miss -> nearest = nearer(nearest, miss);
        }
      }
      if (!any) {
        return Optional.of(nearest.why());
      }
    }
    return search(false)
        ? Optional.empty()
        : Optional.of(
            new Verdict.Mismatch("guest cells", asked + " together", "each by itself only"));
  }

  /** The one that got further, then the one that lacks less, then the former. */
  private static CellFit.Lacks nearer(CellFit.Lacks one, CellFit.Lacks other) {
    if (one == null || other.stage() > one.stage()) {
      return other;
    }
    boolean less = other.stage() == one.stage() && other.why().distance() < one.why().distance();
    return less ? other : one;
  }

  private boolean search(boolean devicesToo) {
    withDevices = devicesToo && !items.isEmpty();
    preferredNear = true;
    failed.clear();
    if (assign(0, 0)) {
      return true;
    }
    preferredNear = false;
    failed.clear();
    return withDevices && isAnyPreferred() && assign(0, 0);
  }

  private boolean isAnyPreferred() {
    return shape.devices().stream()
        .anyMatch(devices -> policy(devices.alias()) == PciNumaPolicy.PREFERRED);
  }

  /**
   * @param used cells of the host that the guest's former cells have, by their place in the order
   */
  private boolean assign(int guest, long used) {
    if (failed.contains(used)) {
      return false;
    }
    if (guest == chosenCells.length) {
      if (!withDevices || devicesNear()) {
        return true;
      }
    } else {
      for (int host = 0; host < order.size(); host++) {
        if ((used & 1L << host) == 0 && fits[guest][host] != null) {
          chosenCells[guest] = host;
          if (assign(guest + 1, used | 1L << host)) {
            return true;
          }
        }
      }
    }
    failed.add(used);
    return false;
  }

  private boolean devicesNear() {
    var cells = new HashSet<Integer>();
    var sockets = new HashSet<Integer>();
    for (int host : chosenCells) {
      cells.add(order.get(host).id());
      sockets.add(order.get(host).socket());
    }
    var near = new HashMap<String, int[]>();
    for (GuestShape.Devices asked : shape.devices()) {
      PciNumaPolicy policy = policy(asked.alias());
      int[] open = openTo.get(asked.alias());
      int[] left = new int[open.length];
      int count = 0;
      for (int device : open) {
        if (isNear(policy, parts.topology().devices().get(device), cells, sockets)) {
          left[count++] = device;
        }
      }
      near.put(asked.alias(), java.util.Arrays.copyOf(left, count));
    }
    chosenDevices = match(near);
    return chosenDevices.length > 0;
  }

  private boolean isNear(
      PciNumaPolicy policy, Device device, Set<Integer> cells, Set<Integer> sockets) {
    if (shape.cells().isEmpty()) {
      return true;
    }
    boolean there = device.cell().filter(cells::contains).isPresent();
    return switch (policy) {
      case REQUIRED -> there;
      case LEGACY -> there || device.cell().isEmpty();
      case PREFERRED -> there || device.cell().isEmpty() || !preferredNear;
      case SOCKET -> device.cell().flatMap(this::socket).filter(sockets::contains).isPresent();
    };
  }

  private Optional<Integer> socket(int cell) {
    return parts.topology().cells().stream()
        .filter(one -> one.id() == cell)
        .map(HostTopology.Cell::socket)
        .findFirst();
  }

  private PciNumaPolicy policy(String alias) {
    return shape
        .affinity()
        .or(
            () ->
                parts.aliases().stream()
                    .filter(one -> one.name().equals(alias))
                    .map(PciAlias::policy)
                    .findFirst())
        .orElse(PciNumaPolicy.LEGACY);
  }

  private GuestPlacement placement() {
    var cells = new ArrayList<GuestPlacement.Cell>();
    var emulator = new ArrayList<Integer>();
    for (int guest = 0; guest < chosenCells.length; guest++) {
      CellFit.Fits fit = fits[guest][chosenCells[guest]];
      cells.add(fit.cell());
      fit.emulator().ifPresent(emulator::add);
    }
    if (shape.emulator() == GuestShape.Emulator.SHARE) {
      emulator.addAll(parts.topology().shared());
    }
    var devices = new ArrayList<GuestPlacement.Device>();
    for (int i = 0; i < chosenDevices.length; i++) {
      String address = parts.topology().devices().get(chosenDevices[i]).address();
      devices.add(new GuestPlacement.Device(address, items.get(i)));
    }
    return new GuestPlacement(shape.vcpus(), shape.ramMib(), cells, List.of(), emulator, devices);
  }
}

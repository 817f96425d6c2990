package io.troupe.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Everything that can be set, typed and checked; one record a section, the unit last in each name.
 * The defaults and their reasons stand in {@code reference.conf}.
 *
 * @param dataDir where this node keeps its images and keys, and the embedded journal
 */
public record Settings(
    Path dataDir,
    ClusterSettings cluster,
    SharedFiles shared,
    IdentitySettings identity,
    JournalSettings journal,
    HttpSettings http,
    ApiSettings api,
    OperationSettings operations,
    FleetSettings fleet,
    SchedulerSettings scheduler,
    DriverSettings drivers,
    QuotaSettings quotas,
    VolumeSettings volumes,
    NetworkSettings network,
    ViewSettings view,
    JmxSettings jmx) {

  /**
   * Where the API listens.
   *
   * @param port 0 for any free one
   * @param drainMillis how long a member of a cluster goes on serving when it has been told to
   *     stop, ms
   */
  public record HttpSettings(String interfaceName, int port, long drainMillis) {}

  /**
   * Files that every node of a cluster needs the same of; by default in the data directory.
   *
   * @param imageDir the image store: on several machines a shared file system
   * @param tokenKeyFile 32 bytes that sign tokens
   */
  public record SharedFiles(Path imageDir, Path tokenKeyFile) {}

  /**
   * @param adminPasswordFile when there is no user {@code admin} yet, one is made with this
   *     password
   */
  public record IdentitySettings(Optional<Path> adminPasswordFile) {}

  /**
   * @param deletedKept deleted instances that each node remembers for {@code changes-since}
   * @param wakeMillis ms between two looks for unfinished operations that nobody works on
   */
  public record ViewSettings(int deletedKept, long wakeMillis) {}

  /**
   * Reads the section {@code troupe}.
   *
   * @throws ConfigException naming the key, when one is missing or of the wrong type
   * @throws IllegalArgumentException when a value is out of its range
   */
  public static Settings of(Config config) {
    var troupe = config.getConfig("troupe");
    var http = troupe.getConfig("http");
    var api = troupe.getConfig("api");
    var operations = troupe.getConfig("operations");
    var fleet = troupe.getConfig("fleet");
    var scheduler = troupe.getConfig("scheduler");
    var drivers = troupe.getConfig("drivers");
    var quotas = troupe.getConfig("quotas");
    var volumes = troupe.getConfig("volumes");
    var view = troupe.getConfig("view");
    var cluster = troupe.getConfig("cluster");
    var dataDir = Path.of(troupe.getString("data-dir"));
    return new Settings(
        dataDir,
        new ClusterSettings(
            cluster.getString("name"),
            cluster.getString("host"),
            cluster.getInt("port"),
            cluster.getStringList("seed-nodes"),
            cluster.getStringList("roles")),
        new SharedFiles(
            dataDir.resolve(troupe.getString("shared.image-dir")),
            dataDir.resolve(troupe.getString("shared.token-key-file"))),
        new IdentitySettings(optionalPath(troupe.getString("identity.admin-password-file"))),
        JournalSettings.of(troupe.getConfig("journal")),
        new HttpSettings(http.getString("interface"), http.getInt("port"), millis(http, "drain")),
        apiSettings(api),
        new OperationSettings(
            millis(operations, "boot-deadline"),
            millis(operations, "delete-deadline"),
            millis(operations, "power-deadline"),
            millis(operations, "compensation-deadline"),
            millis(operations, "stop-grace"),
            millis(operations, "reboot-grace"),
            millis(operations, "ask-again-after"),
            operations.getInt("spawn-attempts"),
            operations.getInt("placements"),
            millis(operations, "reclaim-after"),
            millis(operations, "snapshot-deadline"),
            millis(operations, "shelved-offload-after"),
            moveSettings(operations, scheduler)),
        new FleetSettings(
            millis(fleet, "heartbeat"),
            millis(fleet, "reconcile"),
            fleet.getDouble("cpu-allocation-ratio"),
            fleet.getDouble("ram-allocation-ratio"),
            fleet.getDouble("disk-allocation-ratio"),
            fleet.getInt("reserved-vcpus"),
            fleet.getLong("reserved-ram-mib"),
            fleet.getLong("reserved-disk-gib"),
            fleet.getString("default-zone"),
            PciAlias.of(fleet)),
        schedulerSettings(scheduler),
        new DriverSettings(
            drivers.getInt("threads-per-native-connection"),
            drivers.getInt("spawns-per-host"),
            millis(drivers, "reconnect-min"),
            millis(drivers, "reconnect-max"),
            millis(drivers, "close-grace")),
        new QuotaSettings(
            quotas.getLong("instances"),
            quotas.getLong("cores"),
            quotas.getLong("ram-mib"),
            quotas.getLong("key-pairs"),
            quotas.getLong("metadata-items"),
            quotas.getLong("server-groups"),
            quotas.getLong("server-group-members")),
        new VolumeSettings(
            volumes.getLong("per-project"),
            volumes.getLong("gigabytes-per-project"),
            volumes.getLong("largest-gib"),
            volumes.getLong("snapshots-per-project")),
        new NetworkSettings(troupe.getString("network.mac-prefix")),
        new ViewSettings(view.getInt("deleted-kept"), millis(view, "wake-every")),
        jmxSettings(troupe.getConfig("jmx")));
  }

  private static MoveSettings moveSettings(Config operations, Config scheduler) {
    var live = operations.getConfig("live-migration");
    return new MoveSettings(
        millis(operations, "move-deadline"),
        millis(operations, "resize-confirm-after"),
        scheduler.getBoolean("allow-resize-to-same-host"),
        live.getBoolean("auto-converge"),
        live.getBoolean("post-copy"),
        live.getLong("bandwidth-mib-per-second"),
        millis(live, "downtime"),
        millis(live, "completion-timeout"),
        live.getBoolean("force-at-timeout"));
  }

  private static SchedulerSettings schedulerSettings(Config scheduler) {
    var multipliers = new EnumMap<WeigherName, Double>(WeigherName.class);
    for (WeigherName weigher : WeigherName.values()) {
      multipliers.put(weigher, scheduler.getDouble(weigher.key()));
    }
    return new SchedulerSettings(
        SchedulerPolicy.of(scheduler.getString("policy")),
        scheduler.getStringList("enabled-filters").stream()
            .map(FilterName::of)
            .collect(Collectors.toSet()),
        scheduler.getStringList("enabled-weighers").stream()
            .map(WeigherName::of)
            .collect(Collectors.toSet()),
        multipliers,
        scheduler.getInt("host-subset-size"),
        scheduler.getInt("candidates"),
        scheduler.getInt("max-io-ops-per-host"),
        scheduler.getInt("max-instances-per-host"),
        new Isolation(
            Set.copyOf(scheduler.getStringList("isolated-hosts")),
            Set.copyOf(scheduler.getStringList("isolated-images")),
            scheduler.getBoolean("restrict-isolated-hosts-to-isolated-images")),
        new MetricWeights(
            ratios(scheduler, "metrics-weight-setting"),
            scheduler.getDouble("metrics-weight-of-unavailable")),
        ratios(scheduler, "image-props-weight-setting"),
        new PreemptionSettings(
            PreemptionMode.of(scheduler.getString("preemption")),
            millis(scheduler, "preemption-grace"),
            scheduler.getInt("preemption-max-victims")));
  }

  /** A list of texts such as {@code cpu.frequency=1.5}, as Nova writes them. */
  private static Map<String, Double> ratios(Config scheduler, String key) {
    var ratios = new HashMap<String, Double>();
    for (String text : scheduler.getStringList(key)) {
      int sign = text.lastIndexOf('=');
      try {
        ratios.put(text.substring(0, sign).strip(), Double.valueOf(text.substring(sign + 1)));
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw new IllegalArgumentException(
            "scheduler " + key + ": it is a list of NAME=NUMBER, not " + text);
      }
    }
    return ratios;
  }

  private static JmxSettings jmxSettings(Config jmx) {
    return JmxSettings.of(
        jmx.getBoolean("enabled"),
        jmx.getString("host"),
        jmx.getInt("port"),
        optionalPath(jmx.getString("password-file")),
        optionalPath(jmx.getString("tls.key-store")),
        optionalPath(jmx.getString("tls.key-store-password-file")));
  }

  private static ApiSettings apiSettings(Config api) {
    var publicEndpoint = api.getString("public-endpoint");
    return new ApiSettings(
        Math.toIntExact(api.getBytes("body-limit")),
        api.getInt("page-limit"),
        Math.toIntExact(api.getDuration("token-lifetime").toSeconds()),
        api.getInt("password-checks"),
        Math.toIntExact(api.getDuration("body-timeout").toSeconds()),
        Math.toIntExact(api.getDuration("request-timeout").toSeconds()),
        api.getString("region"),
        publicEndpoint.isEmpty() ? Optional.empty() : Optional.of(publicEndpoint));
  }

  private static Optional<Path> optionalPath(String path) {
    return path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path));
  }

  private static long millis(Config section, String key) {
    return section.getDuration(key).toMillis();
  }
}

package io.troupe.http.compute;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.VmState;
import io.troupe.core.value.HostId;
import io.troupe.http.error.ApiError;
import io.troupe.http.microversion.Microversion;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One filter of the server list.
 *
 * @param knownFrom the first minor version that has it
 * @param openFrom the first minor version in which it is not for administrators only; another
 *     caller's is dropped without a word before
 */
record ServerFilter(int knownFrom, int openFrom, Rule rule) {
  private static final int NEVER = Integer.MAX_VALUE;
  private static final int MAX_PATTERN = 255;

  /** Makes the predicate from the values given. */
  @FunctionalInterface
  interface Rule {
    Predicate<InstanceView> of(List<String> values, Microversion version);
  }

  static final Map<String, ServerFilter> BY_KEY = table();

  boolean isFor(Microversion version, boolean internal) {
    return internal || version.from(openFrom);
  }

  Predicate<InstanceView> predicate(List<String> values, Microversion version) {
    return rule.of(values, version);
  }

  private static Map<String, ServerFilter> table() {
    var table = new HashMap<String, ServerFilter>();
    everyone(table, "name", matching(InstanceView::name));
    everyone(table, "status", ServerFilter::status);
    everyone(table, "image", equal(server -> server.request().image().id()));
    everyone(table, "flavor", equal(server -> server.request().flavor().id()));
    everyone(table, "reservation_id", equal(server -> server.request().reservationId()));
    everyone(table, "ip", ServerFilter::address);
    everyone(table, "changes-since", (values, v) -> changed(values, true));
    from(table, 66, "changes-before", (values, v) -> changed(values, false));
    table.put("ip6", new ServerFilter(0, 5, ServerFilter::noIpv6));
    from(table, 26, "tags", tags(Set::containsAll));
    from(table, 26, "tags-any", tags((has, asked) -> asked.stream().anyMatch(has::contains)));
    from(table, 26, "not-tags", tags((has, asked) -> !has.containsAll(asked)));
    from(table, 26, "not-tags-any", tags((has, asked) -> asked.stream().noneMatch(has::contains)));
    from(table, 73, "locked", flag(InstanceView::locked));
    table.put("hostname", new ServerFilter(0, 90, matching(server -> server.request().hostname())));
    later(
        table,
        "availability_zone",
        equal(s -> s.availabilityZone().or(s.request()::availabilityZone).orElse("")));
    later(table, "config_drive", flag(server -> server.request().configDrive()));
    later(table, "key_name", equal(server -> server.request().keyName().orElse("")));
    later(table, "created_at", instant(server -> server.createdAt()));
    later(table, "launched_at", instant(server -> server.launchedAt().orElse(Instant.MIN)));
    later(table, "terminated_at", instant(server -> server.terminatedAt().orElse(Instant.MIN)));
    later(table, "power_state", equal(server -> String.valueOf(server.power().code())));
    later(table, "task_state", equal(s -> s.taskState().map(task -> task.word()).orElse("")));
    later(table, "vm_state", equal(server -> server.vmState().word()));
    later(table, "progress", equal(server -> "0"));
    later(table, "user_id", equal(server -> server.request().userId()));
    Function<InstanceView, String> host = s -> s.host().map(HostId::value).orElse("");
    internal(table, "host", equal(host));
    internal(table, "node", equal(host));
    internal(table, "uuid", equal(server -> server.id().toString()));
    internal(table, "project_id", equal(server -> server.project().value()));
    internal(table, "tenant_id", equal(server -> server.project().value()));
    internal(table, "deleted", flag(server -> server.vmState() == VmState.DELETED));
    internal(table, "soft_deleted", flag(server -> server.vmState() == VmState.SOFT_DELETED));
    internal(table, "description", matching(s -> s.request().description().orElse("")));
    internal(table, "display_name", matching(InstanceView::name));
    internal(table, "image_ref", equal(server -> server.request().image().id()));
    internal(table, "auto_disk_config", equal(server -> server.request().diskConfig()));
    internal(table, "access_ip_v4", equal(server -> server.request().accessIpv4().orElse("")));
    internal(table, "access_ip_v6", equal(server -> server.request().accessIpv6().orElse("")));
    internal(
        table, "launch_index", equal(server -> String.valueOf(server.request().launchIndex())));
    internal(table, "root_device_name", equal(server -> "/dev/vda"));
    internal(table, "kernel_id", equal(server -> ""));
    internal(table, "ramdisk_id", equal(server -> ""));
    internal(table, "locked_by", equal(s -> s.lock().map(lock -> lock.by().word()).orElse("")));
    return Map.copyOf(table);
  }

  private static void everyone(Map<String, ServerFilter> table, String key, Rule rule) {
    table.put(key, new ServerFilter(0, 0, rule));
  }

  private static void from(Map<String, ServerFilter> table, int minor, String key, Rule rule) {
    table.put(key, new ServerFilter(minor, 0, rule));
  }

  /** For administrators, from 2.83 for everybody. */
  private static void later(Map<String, ServerFilter> table, String key, Rule rule) {
    table.put(key, new ServerFilter(0, 83, rule));
  }

  private static void internal(Map<String, ServerFilter> table, String key, Rule rule) {
    table.put(key, new ServerFilter(0, NEVER, rule));
  }

  private static Rule equal(Function<InstanceView, String> value) {
    return (values, version) -> {
      var wanted = Set.copyOf(values);
      return server -> wanted.contains(value.apply(server));
    };
  }

  private static Rule flag(Predicate<InstanceView> value) {
    return (values, version) -> {
      boolean wanted =
          switch (values.getLast().toLowerCase(Locale.ROOT)) {
            case "1", "t", "true", "on", "y", "yes" -> true;
            case "0", "f", "false", "off", "n", "no", "" -> false;
            default -> throw ApiError.badRequest(values.getLast() + " is not a boolean").thrown();
          };
      return server -> value.test(server) == wanted;
    };
  }

  /** A regular expression anywhere in the text; RE2's, which cannot be made to take for ever. */
  private static Rule matching(Function<InstanceView, String> value) {
    return (values, version) -> {
      Pattern pattern = pattern(values.getLast());
      return server -> pattern.matcher(value.apply(server)).find();
    };
  }

  private static Pattern pattern(String text) {
    if (text.length() > MAX_PATTERN) {
      throw ApiError.badRequest("The regular expression is too long.").thrown();
    }
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw ApiError.badRequest("'" + text + "' is not a regular expression.").thrown();
    }
  }

  private static Predicate<InstanceView> address(List<String> values, Microversion version) {
    Pattern pattern = pattern(values.getLast());
    return server -> server.nics().stream().anyMatch(nic -> pattern.matcher(nic.address()).find());
  }

  private static Predicate<InstanceView> noIpv6(List<String> values, Microversion version) {
    return server -> false; // no instance has such an address yet
  }

  private static Predicate<InstanceView> status(List<String> values, Microversion version) {
    var wanted = new HashSet<String>();
    for (String value : values) {
      String word = value.toUpperCase(Locale.ROOT);
      if (!ServerStatus.WORDS.contains(word) && version.from(38)) {
        throw ApiError.badRequest("Invalid status value: " + value).thrown();
      }
      wanted.add(word);
    }
    return server -> wanted.contains(ServerStatus.of(server));
  }

  private static Rule tags(BiPredicate<Set<String>, Set<String>> fits) {
    return (values, version) -> {
      var asked = Set.copyOf(Arrays.asList(values.getLast().split(",")));
      return server -> fits.test(Set.copyOf(server.request().tags()), asked);
    };
  }

  private static Predicate<InstanceView> changed(List<String> values, boolean since) {
    Instant limit = time(values.getLast());
    return since
        ? server -> !server.updatedAt().isBefore(limit)
        : server -> !server.updatedAt().isAfter(limit);
  }

  private static Rule instant(Function<InstanceView, Instant> value) {
    return (values, version) -> {
      Instant wanted = time(values.getLast());
      return server -> value.apply(server).getEpochSecond() == wanted.getEpochSecond();
    };
  }

  /** 400 when {@code changes-since} comes after {@code changes-before}. */
  static void requireInOrder(Optional<Instant> since, Optional<Instant> before) {
    if (since.isPresent() && before.isPresent() && since.get().isAfter(before.get())) {
      throw ApiError.badRequest(
              "The value of changes-since must be less than or equal to changes-before.")
          .thrown();
    }
  }

  /** ISO 8601, with a zone or in UTC. */
  static Instant time(String text) {
    try {
      int zone = Math.max(text.lastIndexOf('+'), text.lastIndexOf('-'));
      boolean zoned = text.endsWith("Z") || zone > text.indexOf('T') && text.indexOf('T') > 0;
      return zoned
          ? OffsetDateTime.parse(text).toInstant()
          : text.indexOf('T') < 0
              ? LocalDateTime.parse(text + "T00:00:00").toInstant(ZoneOffset.UTC)
              : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw ApiError.badRequest("Invalid time: " + text + " is not in ISO 8601 form.").thrown();
    }
  }
}

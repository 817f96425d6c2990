package io.troupe.http.compute;

import io.troupe.actors.catalog.HostDrain;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.microversion.Microversion;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code POST /servers} as the client wrote it: well-formed, nothing looked up yet.
 *
 * @param image empty when none was named
 * @param userDataBase64 without line breaks, empty when none
 * @param hints scheduler hints, each with its values
 * @param files that the guest shall find
 * @param devices disks beside, or in place of, the one made of the image
 */
record CreateRequest(
    String name,
    String flavor,
    Optional<String> image,
    NetworkWish networks,
    List<String> securityGroups,
    Optional<String> keyName,
    String userDataBase64,
    Map<String, String> metadata,
    List<String> tags,
    Optional<String> availabilityZone,
    Optional<String> host,
    Optional<String> hypervisorHostname,
    boolean configDrive,
    int minCount,
    int maxCount,
    boolean returnReservationId,
    String diskConfig,
    Optional<String> accessIpv4,
    Optional<String> accessIpv6,
    Optional<String> adminPass,
    Optional<String> description,
    Optional<String> hostname,
    Map<String, List<String>> hints,
    List<GuestSpec.InjectedFile> files,
    List<DeviceWish> devices) {

  /** Servers one call may make; Nova leaves it to the quota, which may be unlimited. */
  private static final int MAX_COUNT = 1000;

  private static final int MAX_USER_DATA_CHARACTERS = 65535;

  /** What the client wants to be connected to. */
  sealed interface NetworkWish {
    /** {@code auto}, or nothing said before 2.37. */
    record Auto() implements NetworkWish {}

    record None() implements NetworkWish {}

    record These(List<Item> items) implements NetworkWish {}

    /** One entry: a network or a port. */
    record Item(
        Optional<String> network,
        Optional<String> port,
        Optional<String> fixedIp,
        Optional<String> tag) {}
  }

  static CreateRequest of(Body root, Microversion version) {
    Map<String, List<String>> hints =
        root.optional("os:scheduler_hints")
            .or(() -> root.optional("OS-SCH-HNT:scheduler_hints"))
            .map(CreateRequest::hints)
            .orElse(Map.of());
    return root.required("server").object(server -> of(server, version, hints));
  }

  private static CreateRequest of(
      Body server, Microversion version, Map<String, List<String>> hints) {
    String name = server.required("name").name();
    String flavor = reference(server.required("flavorRef"));
    Optional<String> image =
        server.nullable("imageRef").map(CreateRequest::reference).filter(ref -> !ref.isEmpty());
    List<DeviceWish> devices = DeviceWish.of(server, image, version);
    refuseTrustedCertificates(server, version);
    int min = server.optional("min_count").map(CreateRequest::count).orElse(1);
    int max = server.optional("max_count").map(CreateRequest::count).orElse(min);
    if (min > max) {
      throw ApiError.badRequest("min_count must be <= max_count").thrown();
    }
    Optional<String> hostname =
        version.from(90)
            ? server.optional("hostname").map(field -> Hostname.given(field, version))
            : Optional.empty();
    if (hostname.isPresent() && max > 1) {
      throw ApiError.badRequest(
              "Unable to allow hostnames with multiple servers: leave out hostname or max_count.")
          .thrown();
    }
    return new CreateRequest(
        name,
        flavor,
        image,
        networks(server, version, max),
        server
            .optional("security_groups")
            .map(field -> field.list(0, 100, CreateRequest::securityGroup))
            .orElse(List.of())
            .stream()
            .distinct()
            .toList(),
        server.nullable("key_name").map(field -> field.text(1, 255)),
        server.nullable("user_data").map(CreateRequest::base64).orElse(""),
        server.optional("metadata").map(CreateRequest::metadata).orElse(Map.of()),
        version.from(52)
            ? server.optional("tags").map(ServerTags::list).orElse(List.of())
            : List.of(),
        server.nullable("availability_zone").map(field -> field.text(1, 255)),
        version.from(74) ? server.optional("host").map(Field::name) : Optional.empty(),
        version.from(74)
            ? server.optional("hypervisor_hostname").map(Field::name)
            : Optional.empty(),
        server
            .nullable("config_drive")
            .filter(field -> !field.node().asText().isEmpty())
            .map(Field::flag)
            .orElse(false),
        min,
        max,
        server.optional("return_reservation_id").map(Field::flag).orElse(false),
        server
            .optional("OS-DCF:diskConfig")
            .map(field -> field.choice("AUTO", "MANUAL"))
            .orElse("MANUAL"),
        server.optional("accessIPv4").map(CreateRequest::ipv4OrEmpty).filter(ip -> !ip.isEmpty()),
        server.optional("accessIPv6").map(CreateRequest::ipv6OrEmpty).filter(ip -> !ip.isEmpty()),
        server.optional("adminPass").map(field -> field.text(0, 255)),
        version.from(19)
            ? server.optional("description").flatMap(CreateRequest::description)
            : Optional.of(name), // before it could be given it was the name
        hostname,
        hints,
        Personality.of(server, version),
        devices);
  }

  private static NetworkWish networks(Body server, Microversion version, int max) {
    Optional<Field> field =
        version.from(37) ? Optional.of(server.required("networks")) : server.optional("networks");
    if (field.isEmpty()) {
      return new NetworkWish.Auto();
    }
    if (version.from(37) && field.get().node().isTextual()) {
      return field.get().choice("auto", "none").equals("auto")
          ? new NetworkWish.Auto()
          : new NetworkWish.None();
    }
    var items = field.get().list(0, 100, item -> item.object(body -> network(body, version)));
    for (NetworkWish.Item item : items) {
      if (max > 1 && (item.port().isPresent() || item.fixedIp().isPresent())) {
        throw ApiError.badRequest(
                "Unable to launch multiple instances with a single configured port or fixed"
                    + " address. Please launch your instance one by one with different ports.")
            .thrown();
      }
    }
    return items.isEmpty() ? new NetworkWish.Auto() : new NetworkWish.These(items);
  }

  private static NetworkWish.Item network(Body item, Microversion version) {
    Optional<String> network = item.nullable("uuid").map(Field::uuid);
    Optional<String> port = item.nullable("port").map(Field::uuid);
    Optional<Field> fixedIp = item.nullable("fixed_ip");
    Optional<String> tag =
        (version.from(32) && version.until(36)) || version.from(42)
            ? item.nullable("tag").map(ServerTags::tag)
            : Optional.empty();
    if (network.isEmpty() && port.isEmpty()) {
      item.required("uuid");
    }
    if (port.isPresent() && fixedIp.isPresent()) {
      throw fixedIp.get().invalid("an address cannot be chosen for a port that is there already");
    }
    return new NetworkWish.Item(network, port, fixedIp.map(CreateRequest::fixedIp), tag);
  }

  static void refuseTrustedCertificates(Body server, Microversion version) {
    if (version.from(63) && server.nullable("trusted_image_certificates").isPresent()) {
      throw ApiError.badRequest("Image signature verification is not supported yet.").thrown();
    }
  }

  private static int count(Field field) {
    return (int) field.integer(1, MAX_COUNT);
  }

  /** An id, or a URL that ends with it, as old clients write. */
  static String reference(Field field) {
    String text = field.node().isInt() ? field.node().asText() : field.text(0, 1024);
    return text.startsWith("http") ? text.substring(text.lastIndexOf('/') + 1) : text;
  }

  private static String securityGroup(Field field) {
    return field.object(body -> body.required("name").text(1, 255));
  }

  static String base64(Field field) {
    String text = field.text(0, MAX_USER_DATA_CHARACTERS);
    String compact = text.replace("\r", "").replace("\n", "");
    try {
      Base64.getDecoder().decode(compact);
      return compact;
    } catch (IllegalArgumentException e) {
      throw field.invalid("it is not a 'base64'");
    }
  }

  private static Map<String, List<String>> hints(Field field) {
    return field.object(
        body -> {
          var hints = new LinkedHashMap<String, List<String>>();
          for (String key : body.keys()) {
            Field value = body.required(key);
            var texts = new ArrayList<String>();
            if (value.node().isArray()) {
              texts.addAll(value.list(0, 100, item -> item.text(0, 255)));
            } else if (key.equals("group")) {
              texts.add(value.uuid());
            } else {
              texts.add(value.node().isTextual() ? value.text(0, 1024) : value.node().toString());
            }
            hints.put(key, texts);
          }
          return hints;
        });
  }

  static Optional<String> description(Field field) {
    return field.isNull() ? Optional.empty() : Optional.of(field.printable(255));
  }

  static String ipv4OrEmpty(Field field) {
    return field.text(15, "ipv4", text -> text.isEmpty() || isAddress(text, Inet4Address.class));
  }

  static String ipv6OrEmpty(Field field) {
    return field.text(45, "ipv6", text -> text.isEmpty() || isAddress(text, Inet6Address.class));
  }

  private static String fixedIp(Field field) {
    return field.text(
        45,
        "ip address",
        text -> isAddress(text, Inet4Address.class) || isAddress(text, Inet6Address.class));
  }

  private static boolean isAddress(String text, Class<? extends InetAddress> family) {
    boolean dotted = text.chars().filter(c -> c == '.').count() == 3; // "10.1" is also a literal
    try {
      return (dotted || family == Inet6Address.class)
          && family.isInstance(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Items of metadata; of those that mean something to us the values are checked. */
  static Map<String, String> metadata(Field field) {
    Map<String, String> items = field.texts(CreateRequest::isMetadataKey);
    String policy = items.get(HostDrain.METADATA_KEY);
    if (policy != null && HostDrain.Policy.of(policy).isEmpty()) {
      throw field.invalid(
          "'%s' must be one of live, cold, stop, leave".formatted(HostDrain.METADATA_KEY));
    }
    return items;
  }

  static boolean isMetadataKey(String key) {
    return key.chars()
        .allMatch(
            c ->
                (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-_:. ".indexOf(c) >= 0);
  }
}

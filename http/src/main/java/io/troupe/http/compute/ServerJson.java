package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.instance.AttachedVolume;
import io.troupe.actors.instance.Fault;
import io.troupe.actors.instance.FlavorAtBoot;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.Lock;
import io.troupe.actors.instance.Nic;
import io.troupe.core.value.HostId;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Permission;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Links;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A server as one caller sees it in one microversion. Strict clients fail on a key too many as well
 * as on a missing one, so each key stands here with its window.
 */
final class ServerJson {
  private final Links links;
  private final Microversion version;
  private final Caller caller;
  private final HostStates hosts;

  ServerJson(Call call, HostStates hosts) {
    this.links = call.links();
    this.version = call.version();
    this.caller = call.caller();
    this.hosts = hosts;
  }

  /** Id, name and links, as the short list has it. */
  static ObjectNode brief(Links links, InstanceView server) {
    String id = server.id().toString();
    var json = Json.object().put("id", id).put("name", server.name());
    json.set("links", links.selfAndBookmark("/servers/" + id));
    return json;
  }

  /** The whole view, as in the detailed list. */
  ObjectNode inList(InstanceView server) {
    ObjectNode json = base(server);
    putAddresses(json, server, true);
    putExtended(json, server);
    return json;
  }

  /** The whole view of one server. */
  ObjectNode shown(InstanceView server) {
    ObjectNode json = inList(server);
    putGroups(json, server);
    return json;
  }

  /** The answer to an update: the base fields until 2.74, the whole view from 2.75. */
  ObjectNode updated(InstanceView server) {
    if (version.from(75)) {
      return shown(server);
    }
    ObjectNode json = base(server);
    putAddresses(json, server, false);
    putGroups(json, server);
    return json;
  }

  private ObjectNode base(InstanceView server) {
    var request = server.request();
    String id = server.id().toString();
    String status = ServerStatus.of(server);
    var json = Json.object();
    json.put("id", id)
        .put("name", server.name())
        .put("status", status)
        .put("tenant_id", server.project().value())
        .put("user_id", request.userId());
    var metadata = json.putObject("metadata");
    request.metadata().forEach(metadata::put);
    json.put("hostId", server.host().map(host -> hostId(server, host)).orElse(""));
    json.put("created", Json.time(server.createdAt()))
        .put("updated", Json.time(server.updatedAt()));
    putImage(json, server);
    putFlavor(json, request.flavor());
    json.set("links", links.selfAndBookmark("/servers/" + id));
    json.put("accessIPv4", request.accessIpv4().orElse(""))
        .put("accessIPv6", request.accessIpv6().orElse(""))
        .put("OS-DCF:diskConfig", request.diskConfig());
    if (ServerStatus.showsProgress(status)) {
      json.put("progress", 0);
    }
    if (ServerStatus.showsFault(status)) {
      server.fault().ifPresent(fault -> putFault(json, fault));
    }
    if (version.from(9)) {
      json.put("locked", server.locked());
    }
    if (version.from(19)) {
      json.put("description", request.description().orElse(null));
    }
    if (version.from(26)) {
      request.tags().forEach(json.putArray("tags")::add);
    }
    if (version.from(63)) {
      json.putNull("trusted_image_certificates");
    }
    if (version.from(73)) {
      json.put("locked_reason", server.lock().flatMap(Lock::reason).orElse(null));
    }
    return json;
  }

  private void putExtended(ObjectNode json, InstanceView server) {
    var request = server.request();
    json.put("key_name", request.keyName().orElse(null))
        .put("config_drive", request.configDrive() ? "True" : "")
        .put(
            "OS-EXT-AZ:availability_zone",
            server.availabilityZone().or(request::availabilityZone).orElse(""))
        .put("OS-EXT-STS:task_state", server.taskState().map(task -> task.word()).orElse(null))
        .put("OS-EXT-STS:vm_state", server.vmState().word())
        .put("OS-EXT-STS:power_state", server.power().code())
        .put("OS-SRV-USG:launched_at", micros(server.launchedAt()))
        .put("OS-SRV-USG:terminated_at", micros(server.terminatedAt()));
    var attached = json.putArray("os-extended-volumes:volumes_attached");
    for (AttachedVolume volume : server.volumes()) {
      var one = attached.addObject().put("id", volume.id());
      if (version.from(3)) {
        one.put("delete_on_termination", volume.deleteOnTermination());
      }
    }
    if (!request.securityGroups().isEmpty() && !server.nics().isEmpty()) {
      var groups = json.putArray("security_groups");
      request.securityGroups().forEach(name -> groups.addObject().put("name", name));
    }
    boolean extended = caller.may(Permission.EXTENDED_ATTRIBUTES);
    if (extended) {
      String host = server.host().map(HostId::value).orElse(null);
      json.put("OS-EXT-SRV-ATTR:host", host)
          .put("OS-EXT-SRV-ATTR:hypervisor_hostname", host)
          .put("OS-EXT-SRV-ATTR:instance_name", server.instanceName());
      if (version.from(3)) {
        json.put("OS-EXT-SRV-ATTR:kernel_id", "")
            .put("OS-EXT-SRV-ATTR:ramdisk_id", "")
            .put("OS-EXT-SRV-ATTR:launch_index", request.launchIndex())
            .put("OS-EXT-SRV-ATTR:reservation_id", request.reservationId())
            .put("OS-EXT-SRV-ATTR:root_device_name", "/dev/vda")
            .put(
                "OS-EXT-SRV-ATTR:user_data",
                request.userDataBase64().isEmpty() ? null : request.userDataBase64());
      }
      if (version.from(16)) {
        json.put("host_status", server.host().map(hosts::word).orElse(""));
      }
    }
    if (version.from(90) || (extended && version.from(3))) {
      json.put("OS-EXT-SRV-ATTR:hostname", request.hostname());
    }
    if (version.from(96)) {
      json.put("pinned_availability_zone", request.availabilityZone().orElse(null));
    }
  }

  private void putImage(ObjectNode json, InstanceView server) {
    if (server.request().image().id().isEmpty()) {
      json.put("image", ""); // of a server that boots from a volume
      return;
    }
    String id = server.request().image().id();
    if (id.isEmpty()) { // from a volume, or adopted
      json.put("image", "");
      return;
    }
    var image = json.putObject("image").put("id", id);
    putBookmark(image, "/images/" + id);
  }

  private void putFlavor(ObjectNode json, FlavorAtBoot flavor) {
    var shown = json.putObject("flavor");
    if (version.until(46)) {
      shown.put("id", flavor.id());
      putBookmark(shown, "/flavors/" + flavor.id());
      return;
    }
    shown
        .put("vcpus", flavor.vcpus())
        .put("ram", flavor.ramMib())
        .put("disk", flavor.rootGib())
        .put("ephemeral", flavor.ephemeralGib())
        .put("swap", flavor.swapMib())
        .put("original_name", flavor.name());
    var specs = shown.putObject("extra_specs");
    flavor.extraSpecs().forEach(specs::put);
  }

  private void putBookmark(ObjectNode json, String path) {
    json.putArray("links").addObject().put("rel", "bookmark").put("href", links.bookmark(path));
  }

  /** {@code addresses}: by network label, each with its version. */
  static void putAddresses(ObjectNode json, InstanceView server, boolean extended) {
    var addresses = json.putObject("addresses");
    for (Nic nic : server.nics()) {
      var address = addresses.withArray(nic.label()).addObject();
      address.put("version", 4).put("addr", nic.address());
      if (extended) {
        address.put("OS-EXT-IPS:type", "fixed").put("OS-EXT-IPS-MAC:mac_addr", nic.mac());
      }
    }
  }

  private void putGroups(ObjectNode json, InstanceView server) {
    if (version.from(71)) {
      var groups = json.putArray("server_groups");
      server.request().group().ifPresent(group -> groups.add(group.id()));
    }
  }

  private void putFault(ObjectNode json, Fault fault) {
    var shown = json.putObject("fault");
    shown
        .put("code", fault.code())
        .put("created", Json.time(fault.at()))
        .put("message", fault.message());
    if (fault.code() == 500 && !fault.details().isEmpty() && caller.may(Permission.FAULT_DETAILS)) {
      shown.put("details", fault.details());
    }
  }

  private static String micros(Optional<Instant> time) {
    return time.map(Json::timeMicros).orElse(null);
  }

  /** The same for all of a project's servers on a host, and tells nothing about the host. */
  static String hostId(InstanceView server, HostId host) {
    return sha224((server.project().value() + host.value()).getBytes(StandardCharsets.UTF_8));
  }

  static String sha224(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-224").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-224", e);
    }
  }
}

package io.troupe.http.operator;

import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.Instances;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.BootRequest;
import io.troupe.actors.instance.FlavorAtBoot;
import io.troupe.actors.instance.UserCommand;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.error.Refused;
import io.troupe.http.json.Body;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code POST /v1/hosts/{id}/adopt}: makes an instance of a guest that a host shows and that nobody
 * asked Troupe for, without touching the guest. What the host shows is as old as its last
 * comparison; what is decided is decided by the host and by the guest's hypervisor.
 */
final class AdoptionRoutes {
  private static final int MAX_METADATA = 128;

  private final Catalog catalog;
  private final Hosts hosts;
  private final Instances instances;

  AdoptionRoutes(Catalog catalog, Hosts hosts, Instances instances) {
    this.catalog = catalog;
    this.hosts = hosts;
    this.instances = instances;
  }

  List<Route> routes() {
    return List.of(
        Route.post("/hosts/{id}/adopt", Policy.ADMIN, Handler.withBody(Wanted::read, this::adopt)));
  }

  /**
   * @param guest name or id, as {@code unknown_guests} shows it
   * @param flavor id of a flavor that is at least as large as the guest; empty: the guest's own
   *     size
   */
  private record Wanted(
      String guest,
      String projectId,
      Optional<String> name,
      Optional<String> flavor,
      Map<String, String> metadata) {
    static Wanted read(Body body) {
      return new Wanted(
          body.required("guest").printable(255),
          body.required("project_id").printable(255),
          body.nullable("name").map(field -> field.name()),
          body.nullable("flavor").map(field -> field.printable(255)),
          body.nullable("metadata")
              .map(field -> field.texts(AdoptionRoutes::isKey))
              .orElse(Map.of()));
    }
  }

  private static boolean isKey(String key) {
    return !key.isEmpty() && key.length() <= 255;
  }

  private CompletionStage<HttpResponse> adopt(Call call, Wanted wanted) {
    if (wanted.metadata().size() > MAX_METADATA) {
      throw bad("metadata", "It has at most %d items.".formatted(MAX_METADATA));
    }
    HostId host = new HostId(call.path("id"));
    Project project =
        catalog
            .find(Project.class, wanted.projectId())
            .orElseThrow(() -> bad("project_id", "There is no such project."));
    return hosts
        .host(host)
        .thenCompose(
            view -> {
              HostView there = view.orElseThrow(() -> HostsRoutes.noSuchHost().thrown());
              GuestReport guest = guest(there, wanted.guest());
              InstanceId id = id(guest);
              FlavorAtBoot flavor = flavor(wanted, guest);
              requireRoom(there, flavor.resources());
              var request = request(call, wanted, project, there, guest, flavor);
              return instances
                  .command(id, new UserCommand.Adopt(call.origin(), request, host, guest.name()))
                  .thenApply(ApiError::accepted)
                  .thenApply(_ -> accepted(call, id));
            });
  }

  private static HttpResponse accepted(Call call, InstanceId id) {
    var body =
        Json.object()
            .put("instance_id", id.toString())
            .put("operation_id", call.origin().operation().value());
    return Reply.located(
        Reply.json(202, body),
        call.links()
            .absolute("/v1/instances/%s/operations/%s".formatted(id, call.origin().operation())));
  }

  private static GuestReport guest(HostView host, String asked) {
    return host.unknownGuests().stream()
        .filter(guest -> guest.name().equals(asked) || id(guest).toString().equals(asked))
        .findFirst()
        .orElseThrow(
            () ->
                isOurs(host, asked)
                    ? conflict("Guest %s is an instance of Troupe's already.".formatted(asked))
                    : new ApiError(
                            404,
                            "GuestNotFound",
                            "Host %s showed no unknown guest %s when its guests were last compared."
                                .formatted(host.id(), asked))
                        .thrown());
  }

  private static boolean isOurs(HostView host, String asked) {
    return host.instances().stream().anyMatch(instance -> asked.endsWith(instance.toString()));
  }

  private static InstanceId id(GuestReport guest) {
    return guest
        .foreign()
        .map(GuestReport.Foreign::id)
        .or(guest::instance)
        .orElseThrow(
            () ->
                conflict(
                    "The hypervisor does not say enough of guest %s.".formatted(guest.name())));
  }

  private FlavorAtBoot flavor(Wanted wanted, GuestReport guest) {
    Optional<Resources> size = guest.foreign().map(GuestReport.Foreign::size);
    if (wanted.flavor().isEmpty()) {
      return size.map(AdoptionRoutes::asItIs)
          .orElseThrow(() -> bad("flavor", "The hypervisor does not say how large the guest is."));
    }
    FlavorAtBoot flavor =
        catalog
            .find(Flavor.class, wanted.flavor().get())
            .orElseThrow(() -> bad("flavor", "There is no such flavor."))
            .atBoot();
    Resources has = size.orElse(Resources.NONE);
    if (flavor.vcpus() < has.vcpus() || flavor.ramMib() < has.ramMib()) {
      throw bad(
          "flavor",
          "It has %d vCPUs and %d MiB, the guest %d and %d."
              .formatted(flavor.vcpus(), flavor.ramMib(), has.vcpus(), has.ramMib()));
    }
    return flavor;
  }

  /** No flavor of the catalog: what the guest has. */
  private static FlavorAtBoot asItIs(Resources size) {
    String name = "adopted-%d-%d-%d".formatted(size.vcpus(), size.ramMib(), size.diskGib());
    return new FlavorAtBoot(
        name, name, size.vcpus(), size.ramMib(), Math.toIntExact(size.diskGib()), 0, 0, Map.of());
  }

  /** Said at once, where it can be; the host's own word is its claim. */
  private static void requireRoom(HostView host, Resources asked) {
    Resources free = host.free();
    if (asked.vcpus() > free.vcpus()
        || asked.ramMib() > free.ramMib()
        || asked.diskGib() > free.diskGib()) {
      throw conflict(
          "Host %s has not enough left: %d vCPUs, %d MiB, %d GiB are free, %d, %d, %d asked."
              .formatted(
                  host.id(),
                  free.vcpus(),
                  free.ramMib(),
                  free.diskGib(),
                  asked.vcpus(),
                  asked.ramMib(),
                  asked.diskGib()));
    }
  }

  private static BootRequest request(
      Call call,
      Wanted wanted,
      Project project,
      HostView host,
      GuestReport guest,
      FlavorAtBoot flavor) {
    String name = wanted.name().orElse(guest.name());
    return new BootRequest(
        name,
        Optional.empty(),
        "server-" + id(guest),
        new ProjectId(project.id()),
        call.caller().userId(),
        flavor,
        GuestSpec.ImageRef.NONE,
        Map.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        "",
        wanted.metadata(),
        List.of(),
        Optional.empty(),
        Optional.of(host.id().value()),
        Optional.empty(),
        Map.of(),
        List.of(),
        "MANUAL",
        Optional.empty(),
        Optional.empty(),
        false,
        "r-" + id(guest).toString().substring(0, 8),
        0,
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  private static Refused bad(String field, String reason) {
    return ApiError.badRequest("Invalid input for field/attribute %s. %s".formatted(field, reason))
        .thrown();
  }

  private static Refused conflict(String message) {
    return ApiError.conflict(message).thrown();
  }
}

package io.troupe.http.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.core.value.ProjectId;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /v2.0/quotas}: nothing of a network is limited, and this says so. Clients ask for it
 * whenever they show the quota of a project.
 */
final class QuotasRoutes {
  private static final List<String> RESOURCES =
      List.of("network", "subnet", "port", "security_group", "security_group_rule");

  private QuotasRoutes() {}

  static List<Route> routes() {
    return List.of(
        Route.get("/v2.0/quotas/{project}", Policy.READER, Handler.now(QuotasRoutes::show)),
        Route.get(
            "/v2.0/quotas/{project}/default", Policy.READER, Handler.now(QuotasRoutes::show)));
  }

  private static HttpResponse show(Call call) {
    if (!call.caller().reaches(new ProjectId(call.path("project")))) {
      throw ApiError.forbidden("Policy doesn't allow seeing another project's quota.").thrown();
    }
    ObjectNode body = Json.object();
    ObjectNode quota = body.putObject("quota");
    RESOURCES.forEach(resource -> quota.put(resource, -1));
    return Reply.ok(body);
  }
}

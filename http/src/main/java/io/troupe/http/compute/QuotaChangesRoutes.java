package io.troupe.http.compute;

import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.QuotaClass;
import io.troupe.actors.catalog.ServerGroup;
import io.troupe.actors.project.QuotaUsage;
import io.troupe.core.value.ProjectId;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * Changes of {@code /os-quota-sets}, and {@code /os-quota-class-sets}. A changed limit holds for
 * the next request; what is in use already stays.
 */
final class QuotaChangesRoutes {
  private final Api api;
  private final ProjectQuotas limits;

  QuotaChangesRoutes(Api api) {
    this.api = api;
    this.limits = ProjectQuotas.of(api);
  }

  List<Route> routes() {
    return List.of(
        Route.put("/os-quota-sets/{id}", Policy.ADMIN, this::update),
        Route.delete("/os-quota-sets/{id}", Policy.ADMIN, this::reset),
        Route.get("/os-quota-class-sets/{id}", Policy.ADMIN, Handler.now(this::showClass)),
        Route.put("/os-quota-class-sets/{id}", Policy.ADMIN, this::updateClass));
  }

  /**
   * @param force whether limits below what is in use are taken
   */
  private record Wish(Map<String, Long> limits, boolean force) {}

  private CompletionStage<HttpResponse> update(Call call) {
    refuseSingleUser(call);
    return call.body(root -> root.required("quota_set").object(body -> wish(body, call)))
        .thenCompose(
            wish ->
                api.quotas()
                    .usage(project(call))
                    .thenCompose(
                        usage -> {
                          if (!wish.force()) {
                            requireAboveUsage(call, wish, usage);
                          }
                          return change(call, wish.limits());
                        }));
  }

  private Wish wish(Body body, Call call) {
    body.optional("tenant_id").ifPresent(field -> field.text(1, 255));
    return new Wish(
        QuotaJson.wanted(body, limits.defaults(), call.version()),
        body.optional("force").map(Field::flag).orElse(false));
  }

  private void requireAboveUsage(Call call, Wish wish, QuotaUsage usage) {
    var used =
        Map.of(
            "instances",
            (long) usage.instances(),
            "cores",
            (long) usage.cores(),
            "ram",
            usage.ramMib(),
            "server_groups",
            groups(call.path("id")));
    wish.limits()
        .forEach(
            (name, limit) -> {
              long now = used.getOrDefault(name, 0L);
              if (limit >= 0 && limit < now) {
                throw ApiError.badRequest(
                        "Quota limit %d for %s must be greater than or equal to already used and"
                                .formatted(limit, name)
                            + " reserved %d.".formatted(now))
                    .thrown();
              }
            });
  }

  private long groups(String projectId) {
    return api.catalog().all(ServerGroup.class).stream()
        .filter(group -> group.projectId().equals(projectId))
        .count();
  }

  private CompletionStage<HttpResponse> change(Call call, Map<String, Long> wanted) {
    return api.catalog()
        .update(
            Project.class,
            call.path("id"),
            old -> {
              var own = new HashMap<>(old.quotas());
              own.putAll(wanted);
              return Answer.of(old.withQuotas(own));
            })
        .thenApply(
            answer -> {
              var project = new ProjectId(ApiError.accepted(answer).id());
              var body = Json.object();
              body.set("quota_set", QuotaJson.set(call.version(), limits.of(project)));
              return Reply.ok(body);
            });
  }

  /** Back to the defaults; harmless for a project that has only those. */
  private CompletionStage<HttpResponse> reset(Call call) {
    refuseSingleUser(call);
    return api.catalog()
        .update(Project.class, project(call).value(), old -> Answer.of(old.withQuotas(Map.of())))
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(202);
            });
  }

  private static void refuseSingleUser(Call call) {
    if (call.query().has("user_id")) {
      throw ApiError.badRequest("A single user has no limits here, only projects have.").thrown();
    }
  }

  private ProjectId project(Call call) {
    return api.catalog()
        .find(Project.class, call.path("id"))
        .map(project -> new ProjectId(project.id()))
        .orElseThrow(
            () ->
                ApiError.badRequest("Project ID " + call.path("id") + " is not a valid project.")
                    .thrown());
  }

  // ---- the class every project belongs to

  private HttpResponse showClass(Call call) {
    var body = Json.object();
    body.set(
        "quota_class_set",
        QuotaJson.classSet(call.version(), limits.defaults()).put("id", call.path("id")));
    return Reply.ok(body);
  }

  private CompletionStage<HttpResponse> updateClass(Call call) {
    if (!call.path("id").equals(QuotaClass.DEFAULT)) {
      throw ApiError.badRequest("There is one quota class, default.").thrown();
    }
    return call.body(
            root ->
                root.required("quota_class_set")
                    .object(body -> QuotaJson.wanted(body, limits.defaults(), call.version())))
        .thenCompose(this::changeClass)
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              var body = Json.object();
              body.set("quota_class_set", QuotaJson.classSet(call.version(), limits.defaults()));
              return Reply.ok(body);
            });
  }

  /** Made when it is first changed; whoever loses that race changes what the other has made. */
  private CompletionStage<Answer<QuotaClass>> changeClass(Map<String, Long> wanted) {
    return change(wanted)
        .thenCompose(
            changed ->
                changed instanceof Answer.Rejected<QuotaClass>(Rejection.NotFound none)
                    ? api.catalog()
                        .create(new QuotaClass(QuotaClass.DEFAULT, wanted))
                        .thenCompose(
                            made ->
                                made instanceof Answer.Rejected<QuotaClass>
                                    ? change(wanted)
                                    : CompletableFuture.completedFuture(made))
                    : CompletableFuture.completedFuture(changed));
  }

  private CompletionStage<Answer<QuotaClass>> change(Map<String, Long> wanted) {
    return api.catalog()
        .update(
            QuotaClass.class,
            QuotaClass.DEFAULT,
            old -> {
              var all = new HashMap<>(old.limits());
              all.putAll(wanted);
              return Answer.of(new QuotaClass(QuotaClass.DEFAULT, all));
            });
  }
}

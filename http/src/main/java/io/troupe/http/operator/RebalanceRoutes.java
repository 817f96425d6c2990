package io.troupe.http.operator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.Instances;
import io.troupe.actors.catalog.Aggregate;
import io.troupe.actors.catalog.RebalanceRun;
import io.troupe.actors.catalog.SchedulerOverrides;
import io.troupe.actors.host.HostView;
import io.troupe.actors.rebalance.FleetSnapshot;
import io.troupe.actors.rebalance.RebalanceRunner;
import io.troupe.actors.scheduler.rebalance.Budget;
import io.troupe.actors.scheduler.rebalance.Goal;
import io.troupe.actors.scheduler.rebalance.RebalancePlan;
import io.troupe.actors.scheduler.rebalance.RebalancePlan.Balance;
import io.troupe.actors.scheduler.rebalance.Rebalancer;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.Names;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Which guests to move so that the fleet comes nearer to a goal, and on request their moves. */
final class RebalanceRoutes {
  private static final long USUAL_MOVES = 100;

  /** Each is a change of one record, and all of them are in it. */
  private static final long MOST_CARRIED_OUT = 500;

  private static final long MOST = 1_000_000;
  private static final long MOST_AT_ONCE = 50;
  private static final long USUAL_AT_ONCE = 2;
  private static final int MOST_HOSTS = 10_000;

  /** Ties in a plan are not worth a choice of the caller's. */
  private static final long SEED = 1;

  private final Catalog catalog;
  private final Hosts hosts;
  private final Instances instances;
  private final SchedulerSettings configured;
  private final RebalanceRunner runner;
  private final Clock clock;

  RebalanceRoutes(
      Catalog catalog,
      Hosts hosts,
      Instances instances,
      SchedulerSettings configured,
      Clock clock) {
    this.catalog = catalog;
    this.hosts = hosts;
    this.instances = instances;
    this.configured = configured;
    this.clock = clock;
    this.runner = new RebalanceRunner(catalog, instances, clock);
  }

  List<Route> routes() {
    return List.of(
        Route.get("/rebalance", Policy.ADMIN, this::show),
        Route.post("/rebalance", Policy.ADMIN, this::propose),
        Route.post("/rebalance:stop", Policy.ADMIN, this::stop));
  }

  /**
   * @param word the goal's
   */
  private record Wanted(
      String word, Goal goal, Budget budget, boolean sharedStorage, boolean carryOut, int atOnce) {
    static Wanted read(Body body) {
      Field goal = body.required("goal");
      String word = goal.choice("even", "empty", "consolidate");
      Optional<Field> tolerance = body.nullable("tolerance");
      Optional<Field> hosts = body.nullable("hosts");
      tolerance
          .filter(_ -> !word.equals("even"))
          .ifPresent(
              field -> {
                throw field.invalid("belongs to the goal even");
              });
      hosts
          .filter(_ -> !word.equals("empty"))
          .ifPresent(
              field -> {
                throw field.invalid("belongs to the goal empty");
              });
      boolean carryOut = body.nullable("carry_out").map(Field::flag).orElse(false);
      long most = carryOut ? MOST_CARRIED_OUT : MOST;
      return new Wanted(
          word,
          switch (word) {
            case "even" ->
                new Goal.Even(
                    tolerance.map(field -> field.number(0, 1)).orElse(Goal.Even.USUAL_TOLERANCE));
            case "empty" -> new Goal.Empty(named(body.required("hosts")));
            default -> new Goal.Consolidate();
          },
          new Budget(
              (int) number(body, "moves", 1, most, USUAL_MOVES),
              number(body, "gib", 0, Integer.MAX_VALUE, Integer.MAX_VALUE)),
          body.nullable("shared_storage").map(Field::flag).orElse(false),
          carryOut,
          (int) number(body, "at_once", 1, MOST_AT_ONCE, USUAL_AT_ONCE));
    }

    private static Set<HostId> named(Field field) {
      return new HashSet<>(
          field.list(1, MOST_HOSTS, one -> new HostId(one.text(255, "host", Names::isToken))));
    }

    private static long number(Body body, String key, long least, long most, long usual) {
      return body.nullable(key).map(field -> field.integer(least, most)).orElse(usual);
    }
  }

  private CompletionStage<HttpResponse> propose(Call call) {
    return call.body(Wanted::read)
        .thenCompose(
            wanted ->
                hosts
                    .hosts()
                    .thenApplyAsync(all -> plan(wanted, all)) // may take a second
                    .thenCompose(plan -> answer(call, wanted, plan)));
  }

  private RebalancePlan plan(Wanted wanted, List<HostView> all) {
    if (wanted.goal() instanceof Goal.Empty(var named)) {
      for (HostId host : named) {
        if (all.stream().noneMatch(view -> view.id().equals(host))) {
          throw ApiError.badRequest(
                  "Invalid input for field/attribute hosts. There is no host %s.".formatted(host))
              .thrown();
        }
      }
    }
    var fleet =
        FleetSnapshot.of(
            all, catalog.all(Aggregate.class), instances.all(), wanted.sharedStorage());
    SchedulerSettings settings =
        catalog
            .find(SchedulerOverrides.class, SchedulerOverrides.KEY)
            .map(changes -> changes.appliedTo(configured))
            .orElse(configured);
    return Rebalancer.plan(
        fleet.hosts(), fleet.guests(), wanted.goal(), wanted.budget(), settings, SEED);
  }

  private CompletionStage<HttpResponse> answer(Call call, Wanted wanted, RebalancePlan plan) {
    if (!wanted.carryOut()) {
      return CompletableFuture.completedFuture(Reply.ok(json(wanted, plan)));
    }
    var now = clock.instant();
    var run =
        new RebalanceRun(
            call.origin().operation().value(),
            wanted.word(),
            wanted.atOnce(),
            false,
            RebalanceRunner.steps(plan),
            now,
            now,
            call.origin().userId(),
            call.origin().projectId());
    return runner
        .start(run)
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              ObjectNode body = json(wanted, plan);
              body.withObject("/rebalance").put("id", run.id());
              return Reply.json(202, body);
            });
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return runner
        .current()
        .thenApply(
            run ->
                run.map(one -> Reply.ok(json(one)))
                    .orElseThrow(
                        () ->
                            new ApiError(404, "RebalanceNotFound", "Nothing was ever rebalanced.")
                                .thrown()));
  }

  private CompletionStage<HttpResponse> stop(Call call) {
    return runner.stop().thenApply(answer -> Reply.json(202, json(ApiError.accepted(answer))));
  }

  private static ObjectNode json(Wanted wanted, RebalancePlan plan) {
    ObjectNode body = Json.object();
    ObjectNode json =
        body.putObject("rebalance")
            .put("goal", wanted.word())
            .put("gib", plan.gib())
            .put("budget_spent", plan.budgetSpent());
    json.set("before", json(plan.before()));
    json.set("after", json(plan.after()));
    ArrayNode moves = json.putArray("moves");
    plan.moves()
        .forEach(
            move ->
                moves
                    .addObject()
                    .put("instance_id", move.instance().toString())
                    .put("from", move.from().value())
                    .put("to", move.to().value())
                    .put("gib", move.gib()));
    ArrayNode kept = json.putArray("kept");
    plan.kept()
        .forEach(
            one ->
                kept.addObject()
                    .put("instance_id", one.instance().toString())
                    .put("host", one.host().value())
                    .put("reason", one.reason()));
    return body;
  }

  private static ObjectNode json(Balance balance) {
    return Json.object()
        .put("deviation", balance.deviation())
        .put("highest_load", balance.highest())
        .put("lowest_load", balance.lowest())
        .put("empty_hosts", balance.emptyHosts())
        .put("left", balance.left());
  }

  private ObjectNode json(RebalanceRun run) {
    ObjectNode body = Json.object();
    ObjectNode json =
        body.putObject("rebalance")
            .put("id", run.id())
            .put("goal", run.goal())
            .put("status", run.status(clock.instant()))
            .put("at_once", run.atOnce())
            .put("started_at", Json.time(run.startedAt()))
            .put("updated_at", Json.time(run.updatedAt()));
    for (RebalanceRun.State state : RebalanceRun.State.values()) {
      json.put(word(state), run.count(state));
    }
    ArrayNode moves = json.putArray("moves");
    run.steps()
        .forEach(
            step ->
                moves
                    .addObject()
                    .put("instance_id", step.instance().toString())
                    .put("from", step.from().value())
                    .put("to", step.to().value())
                    .put("gib", step.gib())
                    .put("state", word(step.state()))
                    .put("detail", step.detail()));
    return body;
  }

  private static String word(RebalanceRun.State state) {
    return state.name().toLowerCase(java.util.Locale.ROOT);
  }
}

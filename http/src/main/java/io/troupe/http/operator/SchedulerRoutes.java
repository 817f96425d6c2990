package io.troupe.http.operator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.SchedulerChanges;
import io.troupe.actors.catalog.SchedulerOverrides;
import io.troupe.config.FilterName;
import io.troupe.config.SchedulerPolicy;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.WeigherName;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * How the scheduler chooses: shown, and changed while it runs. {@code PUT} replaces all changes
 * made before; what it does not name is as it is configured.
 */
final class SchedulerRoutes {
  private static final double MOST = 1e12;
  private static final List<String> LIMITS =
      List.of("host_subset_size", "max_io_ops_per_host", "max_instances_per_host");

  private final Catalog catalog;
  private final SchedulerSettings configured;
  private final Clock clock;

  SchedulerRoutes(Catalog catalog, SchedulerSettings configured, Clock clock) {
    this.catalog = catalog;
    this.configured = configured;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/scheduler", Policy.ADMIN, Handler.now(this::show)),
        Route.put("/scheduler", Policy.ADMIN, this::change));
  }

  private HttpResponse show(Call call) {
    return Reply.ok(
        json(
            catalog
                .find(SchedulerOverrides.class, SchedulerOverrides.KEY)
                .orElseGet(() -> SchedulerChanges.none(clock.instant()))));
  }

  private CompletionStage<HttpResponse> change(Call call) {
    return call.body(this::overrides)
        .thenCompose(asked -> SchedulerChanges.change(catalog, clock.instant(), _ -> asked))
        .thenApply(answer -> Reply.ok(json(ApiError.accepted(answer))));
  }

  private SchedulerOverrides overrides(Body body) {
    Map<String, Integer> limits = new LinkedHashMap<>();
    for (String limit : LIMITS) {
      body.nullable(limit)
          .ifPresent(
              field ->
                  limits.put(
                      limit,
                      (int)
                          (limit.equals("host_subset_size")
                              ? field.integer(1, 1000)
                              : field.integer(0, 1_000_000))));
    }
    return new SchedulerOverrides(
        body.nullable("policy").map(field -> known(field, SchedulerPolicy::of).word()),
        body.nullable("enabled_filters").map(field -> names(field, FilterName::of)),
        body.nullable("enabled_weighers").map(field -> names(field, WeigherName::of)),
        body.nullable("multipliers").map(SchedulerRoutes::multipliers).orElse(Map.of()),
        limits,
        clock.instant());
  }

  private static List<String> names(Field field, Function<String, ?> reader) {
    return field.list(
        0,
        100,
        one -> {
          known(one, reader);
          return one.node().textValue();
        });
  }

  private static <T> T known(Field field, Function<String, T> reader) {
    String text = field.text(1, 255);
    try {
      return reader.apply(text);
    } catch (IllegalArgumentException e) {
      throw field.invalid(e.getMessage());
    }
  }

  private static Map<String, Double> multipliers(Field field) {
    return field.object(
        body -> {
          var multipliers = new LinkedHashMap<String, Double>();
          for (String option : body.keys()) {
            Field value = body.required(option);
            if (options().noneMatch(option::equals)) {
              throw value.invalid("there is no such multiplier; known are " + options().toList());
            }
            multipliers.put(option, value.number(-MOST, MOST));
          }
          return multipliers;
        });
  }

  private static Stream<String> options() {
    return Arrays.stream(WeigherName.values()).map(WeigherName::option);
  }

  private ObjectNode json(SchedulerOverrides changes) {
    SchedulerSettings now = changes.appliedTo(configured);
    ObjectNode body = Json.object();
    ObjectNode scheduler = body.putObject("scheduler").put("policy", now.policy().word());
    add(scheduler, "enabled_filters", now.enabledFilters().stream().map(FilterName::word));
    add(scheduler, "enabled_weighers", now.enabledWeighers().stream().map(WeigherName::word));
    ObjectNode multipliers = scheduler.putObject("multipliers");
    now.multipliers().forEach((weigher, value) -> multipliers.put(weigher.option(), value));
    scheduler
        .put("host_subset_size", now.hostSubsetSize())
        .put("max_io_ops_per_host", now.maxIoOpsPerHost())
        .put("max_instances_per_host", now.maxInstancesPerHost());
    add(scheduler, "changed", changed(changes));
    add(
        scheduler,
        "known_policies",
        Arrays.stream(SchedulerPolicy.values()).map(SchedulerPolicy::word));
    add(scheduler, "known_filters", Arrays.stream(FilterName.values()).map(FilterName::word));
    add(scheduler, "known_weighers", Arrays.stream(WeigherName.values()).map(WeigherName::word));
    return body;
  }

  /** What is not as it is configured, by name. */
  private static Stream<String> changed(SchedulerOverrides changes) {
    var names = new ArrayList<String>();
    changes.policy().ifPresent(_ -> names.add("policy"));
    changes.enabledFilters().ifPresent(_ -> names.add("enabled_filters"));
    changes.enabledWeighers().ifPresent(_ -> names.add("enabled_weighers"));
    changes.multipliers().keySet().stream().sorted().forEach(names::add);
    changes.limits().keySet().stream().sorted().forEach(names::add);
    return names.stream();
  }

  private static void add(ObjectNode body, String key, Stream<String> words) {
    ArrayNode list = body.putArray(key);
    words.forEach(list::add);
  }
}

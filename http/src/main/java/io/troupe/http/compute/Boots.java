package io.troupe.http.compute;

import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.instance.BootRequest;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.project.QuotaUsage;
import io.troupe.actors.scheduler.Batch;
import io.troupe.core.value.InstanceId;
import io.troupe.http.Api;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * Starts what a create request asks for: one instance, or several of which either as many as needed
 * are accepted or none stays.
 */
final class Boots {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

  private final Api api;
  private final BootPlanner planner;

  Boots(Api api) {
    this.api = api;
    this.planner = new BootPlanner(api);
  }

  CompletionStage<HttpResponse> boot(Call call, CreateRequest request) {
    String reservation = "r-" + random(LETTERS, 8);
    return planner
        .plan(call, request)
        .thenCompose(
            plan ->
                request.maxCount() == 1
                    ? one(call, plan.instance(api.instances().freshId(), reservation))
                    : several(call, request, plan, reservation))
        .thenApply(first -> answer(call, request, first, reservation));
  }

  /** An instance that will be, with its id. */
  record Planned(InstanceId id, BootRequest request) {}

  private CompletionStage<InstanceView> one(Call call, Planned planned) {
    return command(call, planned).thenApply(ApiError::accepted);
  }

  private CompletionStage<InstanceView> several(
      Call call, CreateRequest request, BootPlanner.Plan plan, String reservation) {
    return api.quotas()
        .usage(call.caller().project())
        .thenCompose(
            usage -> {
              boolean together = SchedulerHints.allOrNothing(request.hints());
              int least = together ? request.maxCount() : request.minCount();
              int count = affordable(usage, plan, least, request.maxCount());
              var batch =
                  together ? Optional.of(new Batch(reservation, count)) : Optional.<Batch>empty();
              var answers = new ArrayList<CompletableFuture<Answer<InstanceView>>>(count);
              for (int i = 0; i < count; i++) {
                var id = api.instances().freshId();
                var planned =
                    count == 1
                        ? plan.instance(id, reservation)
                        : plan.instance(id, reservation, i, batch);
                answers.add(command(call, planned).toCompletableFuture());
              }
              return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                  .thenCompose(
                      done ->
                          settle(
                              call, least, answers.stream().map(CompletableFuture::join).toList()));
            });
  }

  /** How many the quota has room for; its refusal when that is fewer than {@code min}. */
  private static int affordable(QuotaUsage usage, BootPlanner.Plan plan, int min, int max) {
    var size = plan.flavor();
    long room = Math.min(max, room(usage.maxInstances(), usage.instances(), 1));
    room = Math.min(room, room(usage.maxCores(), usage.cores(), size.vcpus()));
    room = Math.min(room, room(usage.maxRamMib(), usage.ramMib(), size.ramMib()));
    if (room >= min) {
      return (int) room;
    }
    Rejection.QuotaExceeded over;
    if (room(usage.maxInstances(), usage.instances(), 1) < min) {
      over = new Rejection.QuotaExceeded("instances", min, usage.instances(), usage.maxInstances());
    } else if (room(usage.maxCores(), usage.cores(), size.vcpus()) < min) {
      over =
          new Rejection.QuotaExceeded(
              "cores", (long) min * size.vcpus(), usage.cores(), usage.maxCores());
    } else {
      over =
          new Rejection.QuotaExceeded(
              "ram", min * size.ramMib(), usage.ramMib(), usage.maxRamMib());
    }
    throw ApiError.of(over).thrown();
  }

  private static long room(long limit, long used, long each) {
    return limit < 0 || each == 0 ? Long.MAX_VALUE : Math.max(0, limit - used) / each;
  }

  /** Enough accepted: the first of them. Too few: those are deleted again, and the refusal. */
  private CompletionStage<InstanceView> settle(
      Call call, int min, List<Answer<InstanceView>> answers) {
    var accepted = new ArrayList<InstanceView>();
    Rejection refusal = null;
    for (Answer<InstanceView> answer : answers) {
      switch (answer) {
        case Answer.Accepted<InstanceView>(var view) -> accepted.add(view);
        case Answer.Rejected<InstanceView>(var reason) -> refusal = reason;
      }
    }
    if (accepted.size() >= min) {
      return CompletableFuture.completedFuture(accepted.getFirst());
    }
    var error = ApiError.of(refusal);
    var deletions =
        accepted.stream()
            .map(
                view ->
                    api.instances()
                        .command(view.id(), new UserCommand.ForceDelete(call.anotherOrigin()))
                        .toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(deletions)
        .thenApply(
            done -> {
              throw error.thrown();
            });
  }

  private CompletionStage<Answer<InstanceView>> command(Call call, Planned planned) {
    return api.instances()
        .command(planned.id(), new UserCommand.Boot(call.origin(), planned.request()));
  }

  private static HttpResponse answer(
      Call call, CreateRequest request, InstanceView first, String reservation) {
    if (request.returnReservationId()) {
      return Reply.json(202, Json.object().put("reservation_id", reservation));
    }
    String path = "/servers/" + first.id();
    var body = Json.object();
    var server = body.putObject("server");
    server.put("id", first.id().toString());
    server.set("links", call.links().selfAndBookmark(path));
    server.put("OS-DCF:diskConfig", request.diskConfig());
    var groups = server.putArray("security_groups");
    first.request().securityGroups().forEach(name -> groups.addObject().put("name", name));
    server.put("adminPass", request.adminPass().orElseGet(AdminPass::generated));
    return Reply.located(Reply.json(202, body), call.links().self(path));
  }

  private static String random(String letters, int length) {
    var text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(letters.charAt(RANDOM.nextInt(letters.length())));
    }
    return text.toString();
  }
}

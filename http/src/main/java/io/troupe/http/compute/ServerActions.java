package io.troupe.http.compute;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.Lock;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.instance.UserCommand.ResetState.Resting;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Window;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code POST /servers/{id}/action}: one key in the body says what to do. */
final class ServerActions {
  private final Api api;
  private final Servers servers;
  private final Map<String, Action> actions = new HashMap<>();

  /** What an action does with a server and the value of its key. */
  @FunctionalInterface
  private interface Deed {
    CompletionStage<HttpResponse> act(Call call, InstanceView server, Field argument);
  }

  private record Action(Window window, Policy policy, Deed deed) {}

  ServerActions(Api api, Servers servers) {
    this.api = api;
    this.servers = servers;
    plain("os-start", UserCommand.Start::new);
    plain("os-stop", UserCommand.Stop::new);
    member("reboot", this::reboot);
    member("os-getConsoleOutput", this::consoleOutput);
    later(Policy.MEMBER, "addSecurityGroup", "removeSecurityGroup");
    member("changePassword", this::changePassword);
    var moves = new ServerMoves(api);
    member("resize", moves::resize);
    member("confirmResize", moves::confirm);
    member("revertResize", moves::revert);
    member("rebuild", new ServerRebuild(api)::act);
    var images = new ServerImages(api);
    member("createImage", images::createImage);
    member("createBackup", images::createBackup);
    plain("pause", UserCommand.Pause::new);
    plain("unpause", UserCommand.Unpause::new);
    plain("suspend", UserCommand.Suspend::new);
    plain("resume", UserCommand.Resume::new);
    var shelving = new ServerShelving(api);
    member("shelve", shelving::shelve);
    member("unshelve", shelving::unshelve);
    admin("shelveOffload", shelving::offload);
    member("rescue", new ServerRescue(api)::act);
    plain("unrescue", UserCommand.Unrescue::new);
    member("lock", this::lock);
    member("unlock", this::unlock);
    plain("forceDelete", UserCommand.ForceDelete::new);
    plain("restore", UserCommand.Restore::new);
    admin("os-resetState", this::resetState);
    // Nova keeps the action and does nothing any more.
    admin("injectNetworkInfo", (_, _, _) -> completedFuture(Reply.empty(202)));
    manager("migrate", moves::migrate);
    manager("os-migrateLive", moves::liveMigrate);
    admin("evacuate", moves::evacuate);
    laterIn(Window.until(43), "addFixedIp", "removeFixedIp", "addFloatingIp", "removeFloatingIp");
    plain(Window.from(17), "trigger_crash_dump", UserCommand.TriggerCrashDump::new);
    laterIn(Window.until(5), "os-getVNCConsole", "os-getSPICEConsole", "os-getSerialConsole");
    gone("resetNetwork", "os-getRDPConsole");
  }

  List<Route> routes() {
    return List.of(
        Route.post(
            "/servers/{id}/action", Policy.MEMBER, Handler.withBody(Request::of, this::act)));
  }

  /** The one key of the body and its value. */
  private record Request(String key, Field argument) {
    static Request of(Body body) {
      if (body.keys().size() != 1) {
        throw ApiError.badRequest(
                "The request body must have exactly one action, it has " + body.keys().size() + ".")
            .thrown();
      }
      String key = body.keys().iterator().next();
      return new Request(key, body.required(key));
    }
  }

  private CompletionStage<HttpResponse> act(Call call, Request request) {
    Action action = actions.get(request.key());
    if (action == null) {
      throw ApiError.badRequest("There is no such action: " + request.key()).thrown();
    }
    if (!action.window().holds(call.version())) {
      throw ApiError.noSuchPath().thrown();
    }
    call.caller().require(action.policy(), "the action " + request.key());
    return servers
        .find(call)
        .thenCompose(server -> action.deed().act(call, server, request.argument()));
  }

  private CompletionStage<HttpResponse> reboot(Call call, InstanceView server, Field argument) {
    boolean soft =
        argument.object(
            body ->
                body.required("type")
                    .choice("SOFT", "Soft", "soft", "HARD", "Hard", "hard")
                    .toLowerCase(Locale.ROOT)
                    .equals("soft"));
    return command(server, new UserCommand.Reboot(call.origin(), soft));
  }

  private CompletionStage<HttpResponse> changePassword(
      Call call, InstanceView server, Field argument) {
    String password = argument.object(body -> body.required("adminPass").text(0, 255));
    return command(server, new UserCommand.SetPassword(call.origin(), password));
  }

  /** From 2.73 with a reason. */
  private CompletionStage<HttpResponse> lock(Call call, InstanceView server, Field argument) {
    Optional<String> reason =
        call.version().from(73) && !argument.isNull()
            ? argument.object(
                body -> body.optional("locked_reason").map(field -> field.text(1, 255)))
            : Optional.empty();
    return command(server, new UserCommand.LockIt(call.origin(), reason));
  }

  private CompletionStage<HttpResponse> unlock(Call call, InstanceView server, Field argument) {
    boolean owner = call.caller().project().equals(server.project());
    boolean theirs =
        server.lock().filter(lock -> (lock.by() == Lock.By.OWNER) == owner).isPresent();
    if (server.locked() && !theirs) {
      call.caller().require(Policy.ADMIN, "os_compute_api:os-lock-server:unlock:unlock_override");
    }
    return command(server, new UserCommand.Unlock(call.origin()));
  }

  private CompletionStage<HttpResponse> resetState(Call call, InstanceView server, Field argument) {
    String state = argument.object(body -> body.required("state").choice("active", "error"));
    return command(
        server,
        new UserCommand.ResetState(call.origin(), Resting.valueOf(state.toUpperCase(Locale.ROOT))));
  }

  private CompletionStage<HttpResponse> command(InstanceView server, UserCommand command) {
    return api.instances()
        .command(server.id(), command)
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(202);
            });
  }

  private CompletionStage<HttpResponse> consoleOutput(
      Call call, InstanceView server, Field argument) {
    int lines =
        argument.object(
            body ->
                body.nullable("length")
                    .map(field -> (int) field.integer(-1, Integer.MAX_VALUE))
                    .orElse(-1));
    return api.instances()
        .consoleOutput(server.id(), lines)
        .thenApply(answer -> Reply.ok(Json.object().put("output", ApiError.accepted(answer))));
  }

  /** What needs no argument; Nova takes any value there. */
  private void plain(String key, Function<UserCommand.Origin, UserCommand> command) {
    plain(Window.ALWAYS, key, command);
  }

  private void plain(Window window, String key, Function<UserCommand.Origin, UserCommand> command) {
    Deed deed = (call, server, _) -> command(server, command.apply(call.origin()));
    actions.put(key, new Action(window, Policy.MEMBER, deed));
  }

  private void admin(String key, Deed deed) {
    actions.put(key, new Action(Window.ALWAYS, Policy.ADMIN, deed));
  }

  private void manager(String key, Deed deed) {
    actions.put(key, new Action(Window.ALWAYS, Policy.MANAGER, deed));
  }

  private void member(String key, Deed deed) {
    actions.put(key, new Action(Window.ALWAYS, Policy.MEMBER, deed));
  }

  /** Actions of the API that are not built yet; they say so instead of pretending. */
  private void later(Policy policy, String... keys) {
    for (String key : keys) {
      actions.put(key, new Action(Window.ALWAYS, policy, refusing(501, key, "not built yet")));
    }
  }

  private void laterIn(Window window, String... keys) {
    for (String key : keys) {
      actions.put(key, new Action(window, Policy.MEMBER, refusing(501, key, "not built yet")));
    }
  }

  private void gone(String... keys) {
    for (String key : keys) {
      actions.put(key, new Action(Window.ALWAYS, Policy.MEMBER, refusing(410, key, "removed")));
    }
  }

  private static Deed refusing(int status, String key, String why) {
    return (call, server, argument) -> {
      throw new ApiError(status, "NotImplemented", "The action " + key + " is " + why + ".")
          .thrown();
    };
  }
}

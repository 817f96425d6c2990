package io.troupe.http.compute;

import io.troupe.actors.Instances;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.UserCommand;
import io.troupe.core.value.InstanceId;
import io.troupe.http.access.Permission;
import io.troupe.http.error.ApiError;
import io.troupe.http.error.Refused;
import io.troupe.http.route.Call;
import java.util.concurrent.CompletionStage;

/** Finds the server a path names; another project's is 404 like one that never was. */
record Servers(Instances instances) {
  /** The server with the id in the path's parameter {@code id}. */
  CompletionStage<InstanceView> find(Call call) {
    return find(call, Permission.OTHER_PROJECTS);
  }

  /**
   * The same.
   *
   * @param others what a caller may who reaches servers of other projects with this request
   */
  CompletionStage<InstanceView> find(Call call, Permission others) {
    String text = call.path("id");
    InstanceId id = InstanceId.parse(text).orElseThrow(() -> missing(text));
    return instances
        .get(id)
        .thenApply(
            found ->
                found
                    .filter(
                        server ->
                            call.caller().reaches(server.project()) || call.caller().may(others))
                    .orElseThrow(() -> missing(text)));
  }

  /** Asks it of the server with the id in the path; its refusal goes to the client. */
  CompletionStage<InstanceView> command(Call call, UserCommand command) {
    return find(call)
        .thenCompose(server -> instances.command(server.id(), command))
        .thenApply(ApiError::accepted);
  }

  static Refused missing(String id) {
    return ApiError.notFound("Instance", id).thrown();
  }
}

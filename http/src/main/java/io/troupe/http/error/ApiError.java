package io.troupe.http.error;

import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import java.util.Map;

/**
 * A refusal as HTTP knows it: the one place where a {@link Rejection} gets its status and text.
 *
 * @param type a word for programs, as the Network API shows it ({@code NetworkNotFound})
 * @param headers such as {@code Allow}
 */
public record ApiError(int status, String type, String message, Map<String, String> headers) {
  public ApiError(int status, String type, String message) {
    this(status, type, message, Map.of());
  }

  /** The status and text of an expected refusal. */
  public static ApiError of(Rejection rejection) {
    return switch (rejection) {
      case Rejection.NotFound(var kind, var id) -> notFound(kind, id);
      case Rejection.WrongState(var action, var instance, var attribute, var state) ->
          conflict(
              "Cannot '%s' instance %s while it is in %s %s"
                  .formatted(action, instance, attribute, state));
      case Rejection.Locked(var instance) -> conflict("Instance " + instance + " is locked");
      case Rejection.NotReady(var instance) -> conflict("Instance " + instance + " is not ready");
      case Rejection.QuotaExceeded(var resource, var requested, var used, var limit) ->
          new ApiError(403, "OverQuota", overQuota(resource, requested, used, limit));
      case Rejection.Invalid(var field, var reason) ->
          badRequest(
              field.isEmpty()
                  ? reason
                  : "Invalid input for field/attribute " + field + ". " + reason);
      case Rejection.Conflict(var message) -> conflict(message);
      case Rejection.Unsupported(var message) -> new ApiError(501, "NotImplemented", message);
      case Rejection.Unavailable(var message) -> new ApiError(503, "ServiceUnavailable", message);
    };
  }

  /** In Nova's words, which clients match. */
  private static String overQuota(String resource, long requested, long used, long limit) {
    return switch (resource) {
      case "key_pairs" -> "Quota exceeded, too many key pairs.";
      case "metadata_items" -> "Maximum number of metadata items exceeds " + limit;
      case "server_groups" -> "Quota exceeded, too many server groups.";
      case "server_group_members" -> "Quota exceeded, too many servers in group";
      default ->
          "Quota exceeded for %s: Requested %d, but already used %d of %d %s"
              .formatted(resource, requested, used, limit, resource);
    };
  }

  /** The value of an answer; its refusal goes to the client. */
  public static <T> T accepted(Answer<T> answer) {
    return switch (answer) {
      case Answer.Accepted<T>(var value) -> value;
      case Answer.Rejected<T>(var reason) -> throw of(reason).thrown();
    };
  }

  public static ApiError badRequest(String message) {
    return new ApiError(400, "BadRequest", message);
  }

  public static ApiError unauthorized() {
    return new ApiError(401, "Unauthorized", "The request you have made requires authentication.");
  }

  public static ApiError forbidden(String message) {
    return new ApiError(403, "Forbidden", message);
  }

  /** 404 in the words clients of Nova match: {@code Instance X could not be found.} */
  public static ApiError notFound(String kind, String id) {
    return new ApiError(404, kind + "NotFound", kind + " " + id + " could not be found.");
  }

  /** 404 for a path, or a method that is not in the microversion asked for. */
  public static ApiError noSuchPath() {
    return new ApiError(404, "HTTPNotFound", "The resource could not be found.");
  }

  public static ApiError notAcceptable(String message) {
    return new ApiError(406, "NotAcceptable", message);
  }

  public static ApiError conflict(String message) {
    return new ApiError(409, "Conflict", message);
  }

  /** A fault of ours; the client learns the request id and the exception's class, no more. */
  public static ApiError unexpected(String requestId, Throwable cause) {
    return new ApiError(
        500,
        "InternalError",
        "Unexpected API Error. Please report it with the request id %s. <class '%s'>"
            .formatted(requestId, cause.getClass().getSimpleName()));
  }

  public Refused thrown() {
    return new Refused(this);
  }
}

package io.troupe.http.error;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.json.Json;

/** The body in which the clients of a service expect an error. */
public enum ErrorForm {
  /** {@code {"badRequest": {"code": 400, "message": …}}}: Nova's faults, one key by status. */
  COMPUTE {
    @Override
    public ObjectNode body(ApiError error) {
      var body = Json.object();
      var fault = body.putObject(computeKey(error.status()));
      fault.put("code", error.status()).put("message", error.message());
      var retryAfter = error.headers().get("Retry-After");
      if (retryAfter != null) {
        fault.put("retryAfter", retryAfter);
      }
      return body;
    }
  },
  /** {@code {"error": {"code", "title", "message"}}}: Keystone, and 401 of every service. */
  IDENTITY {
    @Override
    public ObjectNode body(ApiError error) {
      var body = Json.object();
      body.putObject("error")
          .put("code", error.status())
          .put("title", title(error.status()))
          .put("message", error.message());
      return body;
    }
  },
  /** {@code {"message", "code": "404 Not Found", "title"}}: Glance's middleware. */
  IMAGE {
    @Override
    public ObjectNode body(ApiError error) {
      return Json.object()
          .put("message", error.message())
          .put("code", error.status() + " " + title(error.status()))
          .put("title", title(error.status()));
    }
  },
  /** {@code {"NeutronError": {"type", "message", "detail"}}}. */
  NETWORK {
    @Override
    public ObjectNode body(ApiError error) {
      var body = Json.object();
      body.putObject("NeutronError")
          .put("type", error.type())
          .put("message", error.message())
          .put("detail", "");
      return body;
    }
  },
  /** {@code {"error": {"code", "type", "message"}}}: our own services. */
  PLAIN {
    @Override
    public ObjectNode body(ApiError error) {
      var body = Json.object();
      body.putObject("error")
          .put("code", error.status())
          .put("type", error.type())
          .put("message", error.message());
      return body;
    }
  };

  public abstract ObjectNode body(ApiError error);

  private static String computeKey(int status) {
    return switch (status) {
      case 400 -> "badRequest";
      case 401 -> "unauthorized";
      case 403 -> "forbidden";
      case 404 -> "itemNotFound";
      case 405 -> "badMethod";
      case 409 -> "conflictingRequest";
      case 413, 429 -> "overLimit";
      case 415 -> "badMediaType";
      case 501 -> "notImplemented";
      case 503 -> "serviceUnavailable";
      default -> "computeFault";
    };
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 406 -> "Not Acceptable";
      case 409 -> "Conflict";
      case 410 -> "Gone";
      case 413 -> "Request Entity Too Large";
      case 415 -> "Unsupported Media Type";
      case 501 -> "Not Implemented";
      case 503 -> "Service Unavailable";
      default -> "Internal Server Error";
    };
  }
}

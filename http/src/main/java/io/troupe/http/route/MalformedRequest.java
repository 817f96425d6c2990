package io.troupe.http.route;

import io.troupe.http.error.ApiError;
import io.troupe.http.error.ErrorForm;
import java.util.UUID;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/**
 * Answers what is no HTTP request (a URI too long, an illegal header) like every other error. Pekko
 * makes it by name from {@code server.conf} and takes it from the field that Scala's objects have.
 */
public final class MalformedRequest extends ParsingErrorHandler {
  public static final MalformedRequest MODULE$ = new MalformedRequest();

  private MalformedRequest() {}

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo info, LoggingAdapter log, ServerSettings settings) {
    var error = new ApiError(status.intValue(), "BadRequest", info.summary());
    return Reply.json(error.status(), ErrorForm.COMPUTE.body(error))
        .addHeader(RawHeader.create("x-openstack-request-id", "req-" + UUID.randomUUID()));
  }
}

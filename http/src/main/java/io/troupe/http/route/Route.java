package io.troupe.http.route;

import io.troupe.http.access.Policy;
import io.troupe.http.microversion.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;

/**
 * One operation of a service. A GET route answers HEAD as well.
 *
 * @param path below the service's mount, such as {@code /servers/{id}/action}; {@code {name}} takes
 *     one segment, {@code {name}:verb} one that ends so, a last {@code {name...}} takes the rest
 * @param window the microversions it exists in; outside it is 404. The same method and path may be
 *     given again with another window
 */
public record Route(HttpMethod method, String path, Window window, Policy policy, Handler handler) {
  public Route {
    Objects.requireNonNull(policy, "a route without a policy would be open to everyone");
  }

  public static Route get(String path, Policy policy, Handler handler) {
    return new Route(HttpMethods.GET, path, Window.ALWAYS, policy, handler);
  }

  public static Route head(String path, Policy policy, Handler handler) {
    return new Route(HttpMethods.HEAD, path, Window.ALWAYS, policy, handler);
  }

  public static Route post(String path, Policy policy, Handler handler) {
    return new Route(HttpMethods.POST, path, Window.ALWAYS, policy, handler);
  }

  public static Route put(String path, Policy policy, Handler handler) {
    return new Route(HttpMethods.PUT, path, Window.ALWAYS, policy, handler);
  }

  public static Route patch(String path, Policy policy, Handler handler) {
    return new Route(HttpMethods.PATCH, path, Window.ALWAYS, policy, handler);
  }

  public static Route delete(String path, Policy policy, Handler handler) {
    return new Route(HttpMethods.DELETE, path, Window.ALWAYS, policy, handler);
  }

  /** The same route in these microversions only. */
  public Route in(Window otherWindow) {
    return new Route(method, path, otherWindow, policy, handler);
  }

  /** The segments of the path, empty ones left out. */
  List<String> segments() {
    return segments(path);
  }

  static List<String> segments(String path) {
    var segments = new ArrayList<String>();
    for (String segment : path.split("/")) {
      if (!segment.isEmpty()) {
        segments.add(segment);
      }
    }
    return segments;
  }
}

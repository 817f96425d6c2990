package io.troupe.http.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;

/**
 * All routes of all services by path. A walk takes one step per segment: a word if there is one,
 * else the parameter. Words win, so no id may be called like a word beside it ({@code detail}). A
 * parameter may have a verb behind it ({@code {id}:drain}), which wins over the bare one. Empty
 * segments are skipped, so a trailing or double slash changes nothing.
 */
final class RouteTree {
  /** Where a service hangs. */
  record Mount(Service service, String path) {}

  /** A route with the names of its parameters, in the order of the path. */
  record Leaf(Route route, List<String> parameters, RouteTimer timer) {}

  /**
   * Where a path led.
   *
   * @param mount empty when no service is there
   * @param leaves the routes of exactly this path, whatever their method
   * @param values of the parameters, in the order of the path
   */
  record Found(
      Optional<Mount> mount, Optional<String> project, List<Leaf> leaves, List<String> values) {

    /** The routes for a method; HEAD falls back to GET. */
    List<Leaf> forMethod(HttpMethod method) {
      List<Leaf> exact = leaves.stream().filter(l -> l.route().method().equals(method)).toList();
      return exact.isEmpty() && method.equals(HttpMethods.HEAD)
          ? forMethod(HttpMethods.GET)
          : exact;
    }

    Set<String> methods() {
      var names = new LinkedHashSet<String>();
      leaves.forEach(leaf -> names.add(leaf.route().method().name()));
      return names;
    }
  }

  private static final class Node {
    final Map<String, Node> words = new HashMap<>();

    /** What follows a parameter and a verb, by the verb with its colon. */
    final Map<String, Node> verbs = new HashMap<>();

    final List<Leaf> leaves = new ArrayList<>();
    Node parameter;
    Node rest;
    Mount mount;

    Node step(String segment) {
      if (segment.startsWith("{") && segment.endsWith("...}")) {
        rest = rest == null ? new Node() : rest;
        return rest;
      }
      if (segment.startsWith("{") && !segment.endsWith("}")) {
        return verbs.computeIfAbsent(
            segment.substring(segment.indexOf('}') + 1), verb -> new Node());
      }
      if (segment.startsWith("{")) {
        parameter = parameter == null ? new Node() : parameter;
        return parameter;
      }
      return words.computeIfAbsent(segment, word -> new Node());
    }
  }

  private final Node root = new Node();

  RouteTree(List<Service> services, RouteTimer.Factory timers) {
    for (Service service : services) {
      for (String path : service.mounts()) {
        Node at = root;
        for (String segment : Route.segments(path)) {
          at = at.step(segment);
        }
        if (at.mount != null) {
          throw new IllegalArgumentException("two services at " + path);
        }
        at.mount = new Mount(service, path.equals("/") ? "" : path);
        for (Route route : service.routes()) {
          add(at, route, timers.timer(service, route));
        }
      }
    }
  }

  private static void add(Node mount, Route route, RouteTimer timer) {
    var parameters = new ArrayList<String>();
    Node at = mount;
    for (String segment : route.segments()) {
      at = at.step(segment);
      if (segment.startsWith("{")) {
        parameters.add(segment.substring(1, segment.indexOf('}')).replace("...", ""));
      }
    }
    at.leaves.add(new Leaf(route, List.copyOf(parameters), timer));
  }

  /** Where the segments of a path lead. */
  Found find(List<String> segments) {
    Node at = root;
    Node mounted = root.mount == null ? null : root;
    String project = null;
    var values = new ArrayList<String>(2);
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      Node next = at.words.get(segment);
      int colon = segment.lastIndexOf(':');
      Node acted = colon > 0 ? at.verbs.get(segment.substring(colon)) : null;
      if (next == null && acted != null) {
        next = acted;
        values.add(segment.substring(0, colon));
      } else if (next == null && at.parameter != null) {
        next = at.parameter;
        values.add(segment);
      } else if (next == null && at.rest != null) {
        values.add(String.join("/", segments.subList(i, segments.size())));
        return found(mounted, project, at.rest, values);
      } else if (next == null
          && at == mounted
          && takesProject(at)
          && project == null
          && i + 1 < segments.size()) {
        project = segment;
        continue;
      }
      if (next == null) {
        return found(mounted, project, null, values);
      }
      at = next;
      if (at.mount != null) {
        mounted = at;
      }
    }
    return found(mounted, project, at, values);
  }

  private static boolean takesProject(Node at) {
    return at.mount != null && at.mount.service().projectInPath();
  }

  private static Found found(Node mounted, String project, Node end, List<String> values) {
    return new Found(
        mounted == null ? Optional.empty() : Optional.of(mounted.mount),
        Optional.ofNullable(project),
        end == null ? List.of() : end.leaves,
        values);
  }
}

package io.troupe.http.image;

import io.troupe.actors.Catalog;
import io.troupe.actors.image.ImageLimits;
import io.troupe.actors.image.ImageStore;
import io.troupe.http.error.ErrorForm;
import io.troupe.http.route.Route;
import io.troupe.http.route.Service;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.stream.Materializer;

/** The image service: all its routes below {@code /image}. */
public final class ImageService {
  private ImageService() {}

  public static Service of(
      Catalog catalog,
      ImageStore store,
      ImageLimits limits,
      int pageLimit,
      Clock clock,
      Materializer materializer) {
    List<Route> routes = new ArrayList<>(ImageDocuments.routes());
    routes.addAll(new ImageRoutes(catalog, pageLimit, clock).routes());
    routes.addAll(new ImageFileRoutes(catalog, store, limits, clock, materializer).routes());
    return Service.of("image", "/image", ErrorForm.IMAGE, routes);
  }
}

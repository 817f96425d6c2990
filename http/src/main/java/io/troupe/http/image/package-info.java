/**
 * The Image API v2 (Glance's shapes) below {@code /image}. {@link io.troupe.http.image.ImageRoutes}
 * answers what concerns records, {@link io.troupe.http.image.ImageFileRoutes} what concerns bytes;
 * {@code ImageDetails} is what an owner may set, read alike from a create body and from a patched
 * image; {@code ImageAccess} decides who sees and who changes which image.
 */
package io.troupe.http.image;

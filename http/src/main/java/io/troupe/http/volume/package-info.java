/**
 * The Volume API v3 (Cinder's), as far as clients of a compute cloud use it: {@code VolumeService}
 * lists the routes, {@code VolumeAccess} says who sees what, {@code VolumeJson} writes volumes.
 */
package io.troupe.http.volume;

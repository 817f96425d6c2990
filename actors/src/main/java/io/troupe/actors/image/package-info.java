/**
 * Image bytes: where they are kept, and what is checked before anybody may boot from them.
 *
 * <pre>
 *   upload ── ImageUpload ── ImageStore.receive ── ImageInspection ── Draft.keepAs ── status active
 *                                 │ too large, full     │ refused
 *                                 └─────── bytes gone, status back to queued ┘
 * </pre>
 *
 * Everything in an image was written by a stranger. So the declared format is compared with the
 * bytes once, here, and never guessed again; nothing that makes a hypervisor open a second file
 * (backing file, external data file, descriptor) gets past {@link
 * io.troupe.actors.image.ImageInspection}. The records of images are in the catalog ({@link
 * io.troupe.actors.catalog.Image}).
 */
package io.troupe.actors.image;

package io.troupe.actors.image;

/**
 * How large an image may be.
 *
 * @param maxUploadBytes of the bytes as uploaded
 * @param maxVirtualBytes of the disk inside; a few bytes of qcow2 can claim a petabyte
 */
public record ImageLimits(long maxUploadBytes, long maxVirtualBytes) {
  /** 64 GiB uploaded, 2 TiB inside: beyond any cloud image, below what one disk could not hold. */
  public static final ImageLimits DEFAULT = new ImageLimits(64L << 30, 2L << 40);

  public ImageLimits {
    if (maxUploadBytes <= 0 || maxVirtualBytes <= 0) {
      throw new IllegalArgumentException("image limits must be positive");
    }
  }
}

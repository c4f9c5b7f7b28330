package deepbacs.zoo.images;

import deepbacs.zoo.tensors.DType;

/** Sizes and type of an image, known before its pixels are read. */
public final class ImageShape {

  public final int frames;
  public final int slices;
  public final int channels;
  public final int height;
  public final int width;
  public final DType dtype;
  /** True if the channels are the red, green and blue of one color picture. */
  public final boolean rgb;

  public ImageShape(
      int frames, int slices, int channels, int height, int width, DType dtype, boolean rgb) {
    this.frames = frames;
    this.slices = slices;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.dtype = dtype;
    this.rgb = rgb;
  }

  /** Size along one of the axes {@code t z c y x}. */
  public int size(char axisName) {
    switch (axisName) {
      case 't':
        return frames;
      case 'z':
        return slices;
      case 'c':
        return channels;
      case 'y':
        return height;
      case 'x':
        return width;
      default:
        throw new IllegalArgumentException("no image has an axis " + axisName);
    }
  }

  /** Planes of one channel at one slice and frame. */
  public int planes() {
    return frames * slices * channels;
  }

  /** Number of pixels of all planes. */
  public long pixels() {
    return (long) planes() * height * width;
  }

  /** Bytes that the pixels take in memory; half precision is held as single. */
  public long bytes() {
    return pixels() * (dtype == DType.FLOAT16 ? Float.BYTES : dtype.bytes);
  }

  /** The sizes as they stand in messages, {@code t x z x c x y x x}. */
  @Override
  public String toString() {
    return frames + "x" + slices + "x" + channels + "x" + height + "x" + width;
  }
}

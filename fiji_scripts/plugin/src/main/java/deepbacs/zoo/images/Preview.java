package deepbacs.zoo.images;

import deepbacs.zoo.tensors.DType;

/** The first position of an image for looking at: grey, or the colors of an RGB image. */
public final class Preview {

  /** Row by row; of colors all of red, then of green, then of blue. */
  public final float[] values;

  /** 1, or 3 of an RGB image. */
  public final int channels;

  /** True if the values are 8-bit colors, to be shown as they are. */
  public final boolean eightBitColors;

  public Preview(float[] values, int channels, boolean eightBitColors) {
    this.values = values;
    this.channels = channels;
    this.eightBitColors = eightBitColors;
  }

  static Preview of(ZooImage image) {
    ImageShape shape = image.shape;
    int size = shape.height * shape.width;
    Plane[] planes = new Plane[shape.channels];
    for (int channel = 0; channel < planes.length; channel++) {
      planes[channel] = image.plane(0, 0, channel);
    }
    if (!shape.rgb && planes.length > 1) {
      return new Preview(mean(planes, size), 1, false);
    }
    float[] values = new float[planes.length * size];
    for (int channel = 0; channel < planes.length; channel++) {
      planes[channel].copy(0, size, values, channel * size);
    }
    return new Preview(values, planes.length, shape.rgb && shape.dtype == DType.UINT8);
  }

  /** Channels are averaged, as their colors are not known. */
  private static float[] mean(Plane[] planes, int size) {
    float[] mean = new float[size];
    for (int index = 0; index < size; index++) {
      double sum = 0;
      for (Plane plane : planes) {
        sum += plane.get(index);
      }
      mean[index] = (float) (sum / planes.length);
    }
    return mean;
  }
}

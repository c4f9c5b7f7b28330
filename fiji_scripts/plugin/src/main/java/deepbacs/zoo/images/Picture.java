package deepbacs.zoo.images;

import deepbacs.zoo.tensors.DType;

/** The first position of an image for looking at: grey, or the colours of an RGB image. */
public final class Picture {

  /** Row by row; of colours all of red, then of green, then of blue. */
  public final float[] values;

  /** 1, or 3 of an RGB image. */
  public final int channels;

  /** Whether the values are 8-bit colours, to be shown as they are. */
  public final boolean eightBitColours;

  public Picture(float[] values, int channels, boolean eightBitColours) {
    this.values = values;
    this.channels = channels;
    this.eightBitColours = eightBitColours;
  }

  static Picture of(ZooImage image) {
    ImageShape shape = image.shape;
    int size = shape.height * shape.width;
    Plane[] planes = new Plane[shape.channels];
    for (int channel = 0; channel < planes.length; channel++) {
      planes[channel] = image.plane(0, 0, channel);
    }
    if (!shape.rgb && planes.length > 1) {
      return new Picture(mean(planes, size), 1, false);
    }
    float[] values = new float[planes.length * size];
    for (int channel = 0; channel < planes.length; channel++) {
      planes[channel].copy(0, size, values, channel * size);
    }
    return new Picture(values, planes.length, shape.rgb && shape.dtype == DType.UINT8);
  }

  /** Channels are averaged, as their colours are not known. */
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

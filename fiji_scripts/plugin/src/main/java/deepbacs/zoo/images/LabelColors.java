package deepbacs.zoo.images;

/** Colors for label images, those of Python: neighbouring numbers look different, 0 is black. */
public final class LabelColors {

  // Steps of the golden ratio never come close to a color used shortly before.
  private static final double GOLDEN = 0.618033988749895;
  private static final double[] VALUES = {1.0, 0.8};
  private static final double[] SATURATIONS = {0.65, 0.95, 0.8};
  private static final int SIZE = 256;

  private LabelColors() {}

  /** The color of a label as {@code 0xRRGGBB}; black for 0. */
  public static int of(int label) {
    if (label == 0) {
      return 0;
    }
    double value = VALUES[label % 2];
    double saturation = SATURATIONS[label % 3];
    // The formula of Python's colorsys, with the same roundings.
    double hue = label * GOLDEN % 1.0 * 6.0;
    int sector = (int) hue;
    double part = hue - sector;
    double low = value * (1.0 - saturation);
    double falling = value * (1.0 - saturation * part);
    double rising = value * (1.0 - saturation * (1.0 - part));
    switch (sector % 6) {
      case 0:
        return rgb(value, rising, low);
      case 1:
        return rgb(falling, value, low);
      case 2:
        return rgb(low, value, rising);
      case 3:
        return rgb(low, falling, value);
      case 4:
        return rgb(rising, low, value);
      default:
        return rgb(value, low, falling);
    }
  }

  /** A look-up table for ImageJ: 256 bytes each of red, green and blue. */
  public static byte[] table() {
    byte[] table = new byte[3 * SIZE];
    for (int label = 0; label < SIZE; label++) {
      int color = of(label);
      table[label] = (byte) (color >> 16);
      table[SIZE + label] = (byte) (color >> 8);
      table[2 * SIZE + label] = (byte) color;
    }
    return table;
  }

  private static int rgb(double red, double green, double blue) {
    return eight(red) << 16 | eight(green) << 8 | eight(blue);
  }

  private static int eight(double part) {
    return (int) Math.rint(255 * part);
  }
}

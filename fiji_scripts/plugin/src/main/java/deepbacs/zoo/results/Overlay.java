package deepbacs.zoo.results;

import deepbacs.zoo.decoding.DetectedBox;
import deepbacs.zoo.images.LabelColors;
import deepbacs.zoo.images.Preview;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Outlines of labels, or rectangles, on an image, as PNG: the same pixels as Python's. */
final class Overlay {

  private static final double BLACK = 0.01;
  private static final double WHITE = 0.998;
  private static final int PIXELS_PER_LINE = 1000;
  private static final int BYTE = 0xff;

  private Overlay() {}

  /** Draws the outermost pixels of each label of the first plane in its color. */
  static void write(Path path, Preview preview, LabelStack stack) throws IOException {
    int width = stack.width;
    int height = stack.height;
    int[] labels = stack.plane(0, 0);
    int[] pixels = canvas(preview);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int pixel = y * width + x;
        int label = labels[pixel];
        boolean isInner =
            (x == 0 || labels[pixel - 1] == label)
                && (x == width - 1 || labels[pixel + 1] == label)
                && (y == 0 || labels[pixel - width] == label)
                && (y == height - 1 || labels[pixel + width] == label);
        if (label != 0 && !isInner) {
          pixels[pixel] = LabelColors.of(label);
        }
      }
    }
    write(path, pixels, width, height);
  }

  /** Draws the boxes of the first plane, the first of them on top. */
  static void write(Path path, Preview preview, BoxStack boxes) throws IOException {
    int[] pixels = canvas(preview);
    List<BoxRow> rows = boxes.rows();
    for (int index = rows.size() - 1; index >= 0; index--) {
      BoxRow row = rows.get(index);
      if (row.t == 0 && row.z == 0) {
        draw(pixels, boxes.width, boxes.height, row.box);
      }
    }
    write(path, pixels, boxes.width, boxes.height);
  }

  /** Lines run inside, along the pixels that the box touches. */
  private static void draw(int[] pixels, int width, int height, DetectedBox box) {
    int line = 1 + Math.max(height, width) / PIXELS_PER_LINE;
    int color = LabelColors.of(box.classIndex + 1);
    int left = Math.max((int) Math.floor(box.x0), 0);
    int right = Math.min((int) Math.ceil(box.x1), width);
    int top = Math.max((int) Math.floor(box.y0), 0);
    int bottom = Math.min((int) Math.ceil(box.y1), height);
    for (int y = top; y < bottom; y++) {
      boolean isEdge = y < top + line || y >= bottom - line;
      for (int x = left; x < right; x++) {
        if (isEdge || x < left + line || x >= right - line) {
          pixels[y * width + x] = color;
        }
      }
    }
  }

  private static void write(Path path, int[] pixels, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, height, pixels, 0, width);
    // The cache of ImageIO's own would need a folder for temporary files.
    try (OutputStream file = Files.newOutputStream(path);
        ImageOutputStream stream = new MemoryCacheImageOutputStream(file)) {
      if (!ImageIO.write(image, "png", stream)) {
        throw new IOException("this Java does not write PNG");
      }
    }
  }

  /**
   * An image as packed colors to draw on.
   *
   * <p>Eight-bit colors are those that the user knows, and stay as they are. Of others the
   * percentiles 1 and 99.8 become 0 and 255, all colors alike.
   */
  private static int[] canvas(Preview preview) {
    byte[] levels = preview.eightBitColors ? bytes(preview.values) : stretched(preview.values);
    int size = levels.length / preview.channels;
    // A grey preview shows its one plane in all three colors.
    int green = preview.channels == 1 ? 0 : size;
    int[] pixels = new int[size];
    for (int i = 0; i < size; i++) {
      pixels[i] =
          (levels[i] & BYTE) << 16
              | (levels[i + green] & BYTE) << Byte.SIZE
              | levels[i + 2 * green] & BYTE;
    }
    return pixels;
  }

  private static byte[] bytes(float[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] stretched(float[] values) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    double low = quantile(sorted, BLACK);
    double high = quantile(sorted, WHITE);
    if (high <= low) {
      high = low + 1;
    }
    byte[] levels = new byte[values.length];
    for (int i = 0; i < levels.length; i++) {
      double value = (values[i] - low) / (high - low) * 255;
      levels[i] = (byte) (int) Math.max(0, Math.min(255, value));
    }
    return levels;
  }

  /** The quantile of sorted numbers, straight between the two that it lies between. */
  private static double quantile(float[] sorted, double fraction) {
    double position = fraction * (sorted.length - 1);
    int below = (int) position;
    double low = sorted[below];
    double high = sorted[Math.min(below + 1, sorted.length - 1)];
    return low + (high - low) * (position - below);
  }
}

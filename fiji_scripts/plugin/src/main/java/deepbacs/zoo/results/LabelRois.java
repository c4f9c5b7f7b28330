package deepbacs.zoo.results;

import deepbacs.zoo.results.Outlines.Outline;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Outlines of all labels as a ROI set for ImageJ's ROI Manager: the same bytes as Python writes.
 *
 * <p>The format of a ROI is that of ImageJ's {@code ij.io.RoiDecoder}, big-endian: 64 bytes of
 * header, the x and then the y coordinates relative to the bounds, 64 bytes of second header, the
 * name in UTF-16.
 */
public final class LabelRois {

  private static final int HEADER = 64;
  private static final int VERSION = 228;
  private static final int TRACED = 8;
  private static final int SUB_PIXEL = 128;
  // Overlays draw labels on a background.
  private static final int OPTIONS = 8 | 32;
  /** ImageJ reads 16 bits below -5000 as a number above 32767; beyond this it needs floats. */
  private static final int LARGEST_SHORT = 60535;
  private static final int MOST_SHORT_COUNT = 65535;

  private final LabelStack labels;
  private final StoredZip zip = new StoredZip();

  private LabelRois(LabelStack labels) {
    this.labels = labels;
  }

  /**
   * The zip file; ROIs of stacks carry their frame and slice.
   *
   * @throws deepbacs.zoo.errors.ZooException HOST: the outlines take more than 2 GiB
   */
  public static byte[] bytes(LabelStack labels) {
    LabelRois set = new LabelRois(labels);
    for (int t = 0; t < labels.frames; t++) {
      for (int z = 0; z < labels.slices; z++) {
        set.add(t, z);
      }
    }
    return set.zip.finish();
  }

  private void add(int t, int z) {
    Map<Integer, Integer> parts = new HashMap<>();
    int[] plane = labels.plane(t, z);
    for (Outline outline : Outlines.trace(plane, labels.height, labels.width)) {
      int part = parts.merge(outline.label, 1, Integer::sum);
      String name = name(outline.label, part, t, z);
      zip.add(name + ".roi", roi(outline, name, t, z));
    }
  }

  private String name(int label, int part, int t, int z) {
    String name = String.format(Locale.ROOT, "%04d", label);
    if (labels.slices > 1) {
      name = String.format(Locale.ROOT, "z%04d-%s", z + 1, name);
    }
    if (labels.frames > 1) {
      name = String.format(Locale.ROOT, "t%04d-%s", t + 1, name);
    }
    return part == 1 ? name : name + "-" + part;
  }

  private byte[] roi(Outline outline, String name, int t, int z) {
    int count = outline.x.length;
    int left = Arrays.stream(outline.x).min().orElse(0);
    int top = Arrays.stream(outline.y).min().orElse(0);
    int right = Arrays.stream(outline.x).max().orElse(0);
    int bottom = Arrays.stream(outline.y).max().orElse(0);
    boolean isFar = right > LARGEST_SHORT || bottom > LARGEST_SHORT;
    boolean isStack = labels.frames * labels.slices > 1;
    int second = HEADER + count * (isFar ? 12 : 4);
    ByteBuffer buffer = ByteBuffer.allocate(second + HEADER + 2 * name.length());
    buffer.put("Iout".getBytes(StandardCharsets.US_ASCII));
    buffer.putShort((short) VERSION).put((byte) TRACED).put((byte) 0);
    buffer.putShort((short) top).putShort((short) left);
    buffer.putShort((short) bottom).putShort((short) right);
    buffer.putShort((short) (count > MOST_SHORT_COUNT ? 0 : count));
    buffer.putInt(count > MOST_SHORT_COUNT ? count : 0);
    buffer.position(50);
    buffer.putShort((short) (isFar ? OPTIONS | SUB_PIXEL : OPTIONS));
    buffer.position(56);
    buffer.putInt(isStack ? t * labels.slices + z + 1 : 0).putInt(second);
    for (int x : outline.x) {
      buffer.putShort((short) (x - left));
    }
    for (int y : outline.y) {
      buffer.putShort((short) (y - top));
    }
    if (isFar) {
      for (int x : outline.x) {
        buffer.putFloat(x);
      }
      for (int y : outline.y) {
        buffer.putFloat(y);
      }
    }
    buffer.putInt(0);
    if (isStack) {
      buffer.putInt(1).putInt(z + 1).putInt(t + 1);
    }
    buffer.position(second + 16);
    buffer.putInt(second + HEADER).putInt(name.length());
    buffer.position(second + HEADER);
    return buffer.put(name.getBytes(StandardCharsets.UTF_16BE)).array();
  }
}

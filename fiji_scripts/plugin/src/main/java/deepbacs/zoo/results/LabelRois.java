package deepbacs.zoo.results;

import deepbacs.zoo.results.Outlines.Outline;
import deepbacs.zoo.results.Outlines.Ring;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Outlines of all labels as a ROI set for ImageJ's ROI Manager: the same bytes as Python writes.
 *
 * <p>The format of a ROI is that of ImageJ's {@code ij.io.RoiDecoder}, big-endian: 64 bytes of
 * header, the x and then the y coordinates relative to the bounds or, of a part with holes, a path,
 * 64 bytes of second header, the name in UTF-16.
 */
public final class LabelRois {

  private static final int HEADER = 64;
  private static final int VERSION = 228;
  private static final int TRACED = 8;
  /** The type of composite ROIs, too, which have a path. */
  private static final int RECTANGLE = 1;

  private static final int PATH_LENGTH = 36;
  // Segments of a path.
  private static final int MOVE = 0;
  private static final int LINE = 1;
  private static final int CLOSE = 4;
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
    Ring outer = outline.rings.get(0);
    boolean isComposite = outline.rings.size() > 1;
    int[] bounds = {least(outer.y), least(outer.x), most(outer.y), most(outer.x)};
    byte[] shape = isComposite ? path(outline.rings) : corners(outer, bounds);
    int count = isComposite ? 0 : outer.x.length;
    int options = !isComposite && isFar(bounds) ? OPTIONS | SUB_PIXEL : OPTIONS;
    int second = HEADER + shape.length;
    ByteBuffer buffer = ByteBuffer.allocate(second + HEADER + 2 * name.length());
    buffer.put("Iout".getBytes(StandardCharsets.US_ASCII));
    buffer.putShort((short) VERSION).put((byte) (isComposite ? RECTANGLE : TRACED)).put((byte) 0);
    for (int bound : bounds) {
      buffer.putShort((short) bound);
    }
    buffer.putShort((short) (count > MOST_SHORT_COUNT ? 0 : count));
    buffer.putInt(count > MOST_SHORT_COUNT ? count : 0);
    buffer.position(PATH_LENGTH);
    buffer.putInt(isComposite ? shape.length / Float.BYTES : 0);
    buffer.position(50);
    buffer.putShort((short) options);
    boolean isStack = labels.frames * labels.slices > 1;
    buffer.position(56);
    buffer.putInt(isStack ? t * labels.slices + z + 1 : 0).putInt(second);
    buffer.put(shape).putInt(0);
    if (isStack) {
      buffer.putInt(1).putInt(z + 1).putInt(t + 1);
    }
    buffer.position(second + 16);
    buffer.putInt(second + HEADER).putInt(name.length());
    buffer.position(second + HEADER);
    return buffer.put(name.getBytes(StandardCharsets.UTF_16BE)).array();
  }

  /** Corners of 16 bits relative to the bounds; and where these are too far, of the image. */
  private static byte[] corners(Ring ring, int... bounds) {
    ByteBuffer buffer = ByteBuffer.allocate(ring.x.length * (isFar(bounds) ? 12 : 4));
    for (int x : ring.x) {
      buffer.putShort((short) (x - bounds[1]));
    }
    for (int y : ring.y) {
      buffer.putShort((short) (y - bounds[0]));
    }
    if (isFar(bounds)) {
      for (int x : ring.x) {
        buffer.putFloat(x);
      }
      for (int y : ring.y) {
        buffer.putFloat(y);
      }
    }
    return buffer.array();
  }

  /** Rings as one path of numbers: a type and a corner, again and again, and a type to close. */
  private static byte[] path(List<Ring> rings) {
    int length = 0;
    for (Ring ring : rings) {
      length += 3 * ring.x.length + 1;
    }
    ByteBuffer buffer = ByteBuffer.allocate(length * Float.BYTES);
    for (Ring ring : rings) {
      for (int at = 0; at < ring.x.length; at++) {
        buffer.putFloat(at == 0 ? MOVE : LINE).putFloat(ring.x[at]).putFloat(ring.y[at]);
      }
      buffer.putFloat(CLOSE);
    }
    return buffer.array();
  }

  private static boolean isFar(int... bounds) {
    return bounds[2] > LARGEST_SHORT || bounds[3] > LARGEST_SHORT;
  }

  private static int least(int... values) {
    return Arrays.stream(values).min().orElse(0);
  }

  private static int most(int... values) {
    return Arrays.stream(values).max().orElse(0);
  }
}

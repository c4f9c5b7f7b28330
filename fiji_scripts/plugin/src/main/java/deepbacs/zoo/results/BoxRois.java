package deepbacs.zoo.results;

import deepbacs.zoo.decoding.DetectedBox;
import deepbacs.zoo.errors.PythonFormat;
import deepbacs.zoo.images.LabelColors;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Boxes as a ROI set for ImageJ's ROI Manager: rectangles with fractions of pixels, in the color
 * of their class, the same bytes as Python writes; see {@link LabelRois} for the format.
 *
 * <p>A ROI is named after its number and its class, and has the properties {@code class} and {@code
 * score}.
 */
public final class BoxRois {

  private static final int HEADER = 64;
  private static final int VERSION = 228;
  private static final int RECTANGLE = 1;
  /** Labels on a background in overlays, and edges between pixels. */
  private static final int OPTIONS = 8 | 32 | 128;

  private static final int OPAQUE = 0xff000000;

  private BoxRois() {}

  /**
   * The zip file; ROIs of stacks carry their frame and slice.
   *
   * @throws deepbacs.zoo.errors.ZooException HOST: the ROIs take more than 2 GiB
   */
  public static byte[] bytes(BoxStack boxes) {
    StoredZip zip = new StoredZip();
    for (BoxRow row : boxes.rows()) {
      String name = name(row, boxes);
      zip.add(name + ".roi", roi(row, name, boxes));
    }
    return zip.finish();
  }

  private static String name(BoxRow row, BoxStack boxes) {
    // What a file name may not hold somewhere is replaced.
    String plain = row.name.replaceAll("[^A-Za-z0-9 _.+()-]", "_");
    String name = String.format(Locale.ROOT, "%04d-%s", row.label, plain);
    if (boxes.slices > 1) {
      name = String.format(Locale.ROOT, "z%04d-%s", row.z + 1, name);
    }
    if (boxes.frames > 1) {
      name = String.format(Locale.ROOT, "t%04d-%s", row.t + 1, name);
    }
    return name;
  }

  private static byte[] roi(BoxRow row, String name, BoxStack boxes) {
    DetectedBox box = row.box;
    boolean isStack = boxes.frames * boxes.slices > 1;
    String properties =
        "class: " + escaped(row.name) + "\nscore: " + PythonFormat.g(box.score) + "\n";
    int names = 2 * HEADER;
    int size = names + 2 * (name.length() + properties.length());
    ByteBuffer buffer = ByteBuffer.allocate(size);
    buffer.put("Iout".getBytes(StandardCharsets.US_ASCII));
    buffer.putShort((short) VERSION).put((byte) RECTANGLE).put((byte) 0);
    buffer.putShort((short) (int) Math.floor(box.y0)).putShort((short) (int) Math.floor(box.x0));
    buffer.putShort((short) (int) Math.ceil(box.y1)).putShort((short) (int) Math.ceil(box.x1));
    buffer.putShort((short) 0);
    buffer.putFloat((float) box.x0).putFloat((float) box.y0);
    buffer.putFloat((float) (box.x1 - box.x0)).putFloat((float) (box.y1 - box.y0));
    buffer.position(40);
    buffer.putInt(OPAQUE | LabelColors.of(box.classIndex + 1));
    buffer.position(50);
    buffer.putShort((short) OPTIONS);
    buffer.position(56);
    buffer.putInt(isStack ? row.t * boxes.slices + row.z + 1 : 0).putInt(HEADER);
    buffer.putInt(0);
    if (isStack) {
      buffer.putInt(1).putInt(row.z + 1).putInt(row.t + 1);
    }
    buffer.position(HEADER + 16);
    buffer.putInt(names).putInt(name.length());
    buffer.position(HEADER + 40);
    buffer.putInt(names + 2 * name.length()).putInt(properties.length());
    buffer.position(names);
    buffer.put(name.getBytes(StandardCharsets.UTF_16BE));
    return buffer.put(properties.getBytes(StandardCharsets.UTF_16BE)).array();
  }

  /** A name as {@code java.util.Properties} reads it back; a blank in front would be skipped. */
  private static String escaped(String name) {
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < name.length(); at++) {
      char character = name.charAt(at);
      boolean blank = character == ' ' && at > 0;
      boolean plain = blank || character > ' ' && character < 127 && character != '\\';
      text.append(plain ? String.valueOf(character) : String.format("\\u%04x", (int) character));
    }
    return text.toString();
  }
}

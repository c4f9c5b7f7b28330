package deepbacs.zoo.images;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Labels of planes in the private tags of ImageJ's TIFF files. */
final class ImagejLabels {

  private static final int MAGIC = 0x494a494a; // "IJIJ"
  private static final int LABELS = 0x6c61626c; // "labl"
  private static final int ENTRY = 8;

  private ImagejLabels() {}

  /**
   * The labels in the order of the planes; empty where there are none, or they are damaged.
   *
   * @param counts bytes of the header and of each entry
   * @param bytes header and entries
   */
  static List<String> of(long[] counts, long[] bytes, ByteOrder order) {
    byte[] raw = new byte[bytes.length];
    for (int index = 0; index < raw.length; index++) {
      raw[index] = (byte) bytes[index];
    }
    ByteBuffer header = ByteBuffer.wrap(raw).order(order);
    boolean known = counts.length > 1 && counts[0] <= raw.length && raw.length >= 4;
    if (!known || header.getInt(0) != MAGIC) {
      return Collections.emptyList();
    }
    Charset charset =
        order == ByteOrder.BIG_ENDIAN ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE;
    List<String> labels = new ArrayList<>();
    long place = counts[0];
    int entry = 1;
    for (int at = 4; at + ENTRY <= counts[0]; at += ENTRY) {
      int kind = header.getInt(at);
      int last = entry + header.getInt(at + 4);
      for (; entry < last && entry < counts.length; entry++) {
        if (counts[entry] < 0 || place + counts[entry] > raw.length) {
          return Collections.emptyList();
        }
        if (kind == LABELS) {
          labels.add(new String(raw, (int) place, (int) counts[entry], charset));
        }
        place += counts[entry];
      }
    }
    return labels;
  }
}

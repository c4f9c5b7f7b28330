package deepbacs.zoo.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes TIFF files of any layout, right or wrong, tag by tag. */
final class TiffWriter {

  private final boolean big;
  private final ByteOrder order;
  private final List<Map<Integer, Object>> pages = new ArrayList<>();
  private final List<byte[][]> parts = new ArrayList<>();

  TiffWriter(boolean big, ByteOrder order) {
    this.big = big;
    this.order = order;
  }

  /** Adds a page; a tag is a {@code long[]}, or a text. Parts are strips, or tiles with tag 322. */
  Map<Integer, Object> page(int width, int height, int bits, byte[]... strips) {
    Map<Integer, Object> tags = new TreeMap<>();
    tags.put(256, new long[] {width});
    tags.put(257, new long[] {height});
    tags.put(258, new long[] {bits});
    tags.put(259, new long[] {1});
    tags.put(262, new long[] {1});
    tags.put(277, new long[] {1});
    tags.put(278, new long[] {(height + strips.length - 1) / strips.length});
    pages.add(tags);
    parts.add(strips);
    return tags;
  }

  Path write(Path path) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(1 << 20).order(order);
    out.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M'));
    out.put(out.get(0));
    out.putShort((short) (big ? 43 : 42));
    if (big) {
      out.putShort((short) 8).putShort((short) 0);
    }
    int link = out.position();
    offset(out, 0);
    for (int page = 0; page < pages.size(); page++) {
      Map<Integer, Object> tags = pages.get(page);
      byte[][] strips = parts.get(page);
      long[] offsets = new long[strips.length];
      long[] counts = new long[strips.length];
      for (int strip = 0; strip < strips.length; strip++) {
        offsets[strip] = out.position();
        counts[strip] = strips[strip].length;
        out.put(strips[strip]);
      }
      boolean tiled = tags.containsKey(322);
      tags.putIfAbsent(tiled ? 324 : 273, offsets);
      tags.putIfAbsent(tiled ? 325 : 279, counts);
      int start = out.position();
      at(out, link, start);
      int tagSize = big ? 20 : 12;
      int after = start + (big ? 8 : 2) + tags.size() * tagSize + (big ? 8 : 4);
      if (big) {
        out.putLong(tags.size());
      } else {
        out.putShort((short) tags.size());
      }
      ByteArrayOutputStream more = new ByteArrayOutputStream();
      for (Map.Entry<Integer, Object> tag : tags.entrySet()) {
        byte[] data = data(tag.getValue());
        boolean text = tag.getValue() instanceof String;
        boolean ratio = tag.getKey() == 282 || tag.getKey() == 283;
        int size = text ? 1 : ratio ? 8 : big ? 8 : 4;
        out.putShort(tag.getKey().shortValue());
        out.putShort((short) (text ? 2 : ratio ? 5 : big ? 16 : 4));
        offset(out, data.length / size);
        if (data.length <= (big ? 8 : 4)) {
          byte[] padded = java.util.Arrays.copyOf(data, big ? 8 : 4);
          out.put(padded);
        } else {
          offset(out, after + more.size());
          more.write(data);
        }
      }
      link = out.position();
      offset(out, 0);
      out.put(more.toByteArray());
    }
    ((java.nio.Buffer) out).flip();
    byte[] bytes = new byte[out.remaining()];
    out.get(bytes);
    return Files.write(path, bytes);
  }

  private byte[] data(Object value) {
    if (value instanceof String) {
      return ((String) value + "\0").getBytes(StandardCharsets.UTF_8);
    }
    if (value instanceof int[]) { // a ratio
      ByteBuffer pair = ByteBuffer.allocate(8).order(order);
      return pair.putInt(((int[]) value)[0]).putInt(((int[]) value)[1]).array();
    }
    long[] numbers = (long[]) value;
    ByteBuffer data = ByteBuffer.allocate(numbers.length * (big ? 8 : 4)).order(order);
    for (long number : numbers) {
      offset(data, number);
    }
    return data.array();
  }

  private void offset(ByteBuffer out, long value) {
    if (big) {
      out.putLong(value);
    } else {
      out.putInt((int) value);
    }
  }

  private void at(ByteBuffer out, int place, long value) {
    if (big) {
      out.putLong(place, value);
    } else {
      out.putInt(place, (int) value);
    }
  }
}

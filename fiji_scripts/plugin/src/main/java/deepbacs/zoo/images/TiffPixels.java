package deepbacs.zoo.images;

import deepbacs.zoo.tensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Decodes the pixels of one page of a TIFF file into one array for each sample. */
final class TiffPixels {

  private static final int NONE = 1;
  private static final int LZW = 5;
  private static final int DEFLATE = 8;
  private static final int OLD_DEFLATE = 32946;
  private static final int PACK_BITS = 32773;
  private static final int HORIZONTAL = 2;
  private static final int REAL = 3;

  private final TiffFile file;
  private final TiffPage page;
  private final DType dtype;
  private final Object[] planes;

  private TiffPixels(TiffFile file, TiffPage page) {
    this.file = file;
    this.page = page;
    this.dtype = page.dtype();
    this.planes = new Object[page.colors()];
    int count = Math.multiplyExact(page.width, page.height);
    for (int sample = 0; sample < planes.length; sample++) {
      planes[sample] = array(count);
    }
  }

  /** True if pixels that are compressed in this way can be read. */
  static boolean canDecode(int compression) {
    return compression == NONE
        || compression == LZW
        || compression == DEFLATE
        || compression == OLD_DEFLATE
        || compression == PACK_BITS;
  }

  /** The samples of a page, each {@code byte[]}, {@code short[]} and so on. */
  static Object[] read(TiffFile file, TiffPage page) throws IOException {
    TiffPixels pixels = new TiffPixels(file, page);
    int across = (page.width + page.partWidth - 1) / Math.max(page.partWidth, 1);
    int down = (page.height + page.partHeight - 1) / Math.max(page.partHeight, 1);
    int images = page.planar ? page.samples : 1;
    if (page.offsets.length < across * down * images || page.counts.length < page.offsets.length) {
      throw new Damaged("a page lacks some of its parts");
    }
    for (int part = 0; part < across * down * images; part++) {
      int inImage = part % (across * down);
      pixels.readPart(part, part / (across * down), inImage / across, inImage % across);
    }
    return pixels.planes;
  }

  /** The samples of a plane that lies uncompressed at a place of the file. */
  static Object[] readAt(TiffFile file, TiffPage page, long offset) throws IOException {
    TiffPixels pixels = new TiffPixels(file, page);
    int images = page.planar ? page.samples : 1;
    int row = (int) page.rowBytes(page.width, page.planar ? 1 : page.samples);
    // Some rows at a time, so that a large plane is not in memory twice.
    int rows = Math.max(1, Math.min(page.height, (1 << 22) / Math.max(row, 1)));
    long place = offset;
    for (int image = 0; image < images; image++) {
      for (int top = 0; top < page.height; top += rows) {
        int count = Math.min(rows, page.height - top);
        byte[] raw = file.bytes(place, count * row).array();
        pixels.put(raw, image, top, 0, count, page.width);
        place += raw.length;
      }
    }
    return pixels.planes;
  }

  private void readPart(int part, int image, int down, int across) throws IOException {
    int top = down * page.partHeight;
    int rows = page.tiled ? page.partHeight : Math.min(page.partHeight, page.height - top);
    long row = page.rowBytes(page.partWidth, page.planar ? 1 : page.samples);
    int expected = Math.toIntExact(row * rows);
    long offset = page.offsets[part];
    long count = page.compression == NONE ? expected : page.counts[part];
    if (page.compression != NONE && offset + count > file.size) {
      throw new Damaged("a page would end at byte " + (offset + count) + " of " + file.size);
    }
    byte[] raw = file.bytes(offset, Math.toIntExact(count)).array();
    byte[] values = uncompressed(raw, expected);
    unpredict(values, rows, (int) row);
    int left = across * page.partWidth;
    put(values, image, top, left, Math.min(rows, page.height - top), page.partWidth);
  }

  private byte[] uncompressed(byte[] raw, int expected) throws Damaged {
    switch (page.compression) {
      case NONE:
        return raw;
      case LZW:
        return Unpacking.lzw(raw, expected);
      case PACK_BITS:
        return Unpacking.packBits(raw, expected);
      default:
        return Unpacking.deflate(raw, expected);
    }
  }

  // --- predictors --------------------------------------------------------------------------------

  private void unpredict(byte[] values, int rows, int row) {
    int samples = page.planar ? 1 : page.samples;
    if (page.predictor == HORIZONTAL) {
      int step = page.bits / Byte.SIZE;
      ByteBuffer buffer = ByteBuffer.wrap(values).order(file.order);
      for (int top = 0; top < rows; top++) {
        addAlong(buffer, top * row, row, step, samples);
      }
    } else if (page.predictor == REAL) {
      for (int top = 0; top < rows; top++) {
        unshuffle(values, top * row, row, samples);
      }
    }
  }

  private static void addAlong(ByteBuffer values, int from, int row, int step, int samples) {
    int before = samples * step;
    for (int at = from + before; at <= from + row - step; at += step) {
      switch (step) {
        case 1:
          values.put(at, (byte) (values.get(at) + values.get(at - before)));
          break;
        case 2:
          values.putShort(at, (short) (values.getShort(at) + values.getShort(at - before)));
          break;
        case 4:
          values.putInt(at, values.getInt(at) + values.getInt(at - before));
          break;
        default:
          values.putLong(at, values.getLong(at) + values.getLong(at - before));
          break;
      }
    }
  }

  /** Real numbers are stored byte by byte: all first bytes of a row, then all second ones. */
  private void unshuffle(byte[] values, int from, int row, int samples) {
    for (int at = from + samples; at < from + row; at++) {
      values[at] += values[at - samples];
    }
    int step = page.bits / Byte.SIZE;
    int count = row / step;
    byte[] mixed = new byte[row];
    System.arraycopy(values, from, mixed, 0, row);
    for (int index = 0; index < count; index++) {
      for (int part = 0; part < step; part++) {
        int place = file.order == ByteOrder.BIG_ENDIAN ? part : step - 1 - part;
        values[from + index * step + place] = mixed[part * count + index];
      }
    }
  }

  // --- values ------------------------------------------------------------------------------------

  private Object array(int count) {
    switch (dtype) {
      case UINT8:
      case INT8:
        return new byte[count];
      case UINT16:
      case INT16:
        return new short[count];
      case UINT32:
      case INT32:
        return new int[count];
      case FLOAT16:
      case FLOAT32:
        return new float[count];
      default:
        return new double[count];
    }
  }

  /** Puts rows of samples where they belong; columns beyond the image are left out. */
  private void put(byte[] values, int image, int top, int left, int rows, int columns) {
    int samples = page.planar ? 1 : page.samples;
    int row = (int) page.rowBytes(columns, samples);
    int count = Math.min(columns, page.width - left);
    ByteBuffer buffer = ByteBuffer.wrap(values).order(file.order);
    for (int sample = 0; sample < samples; sample++) {
      int plane = page.planar ? image : sample;
      if (plane < planes.length) {
        for (int line = 0; line < rows; line++) {
          int to = (top + line) * page.width + left;
          putRow(buffer, line * row, sample, samples, planes[plane], to, count);
        }
      }
    }
  }

  private void putRow(
      ByteBuffer from, int start, int sample, int samples, Object to, int at, int count) {
    for (int index = 0; index < count; index++) {
      int number = index * samples + sample;
      int place = start + number * (page.bits / Byte.SIZE);
      if (page.bits % Byte.SIZE != 0 || page.bits == 24) {
        putPacked(from, start, number, to, at + index);
      } else if (to instanceof byte[]) {
        ((byte[]) to)[at + index] = from.get(place);
      } else if (to instanceof short[]) {
        ((short[]) to)[at + index] = from.getShort(place);
      } else if (to instanceof int[]) {
        ((int[]) to)[at + index] = from.getInt(place);
      } else if (to instanceof float[]) {
        ((float[]) to)[at + index] =
            page.bits == Short.SIZE ? half(from.getShort(place)) : from.getFloat(place);
      } else {
        ((double[]) to)[at + index] = wide(from, place);
      }
    }
  }

  private double wide(ByteBuffer from, int place) {
    if (dtype == DType.FLOAT64) {
      return from.getDouble(place);
    }
    long value = from.getLong(place);
    boolean high = dtype == DType.UINT64 && value < 0;
    return high ? 2.0 * (value >>> 1 | value & 1) : value;
  }

  /** Whole numbers of other than 8, 16 or 32 bits stand bit by bit, the highest first. */
  private void putPacked(ByteBuffer from, int start, int number, Object to, int at) {
    long bit = (long) number * page.bits;
    int value = 0;
    for (int index = 0; index < page.bits; index++, bit++) {
      int octet = from.get(start + (int) (bit / Byte.SIZE));
      value = value << 1 | octet >> (Byte.SIZE - 1 - (int) (bit % Byte.SIZE)) & 1;
    }
    if (to instanceof byte[]) {
      ((byte[]) to)[at] = (byte) value;
    } else if (to instanceof short[]) {
      ((short[]) to)[at] = (short) value;
    } else {
      ((int[]) to)[at] = value;
    }
  }

  private static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      return (sign < 0 ? -1 : 1) * fraction * 0x1p-24f;
    }
    int widened = exponent == 0x1f ? 0xff : exponent + 112;
    return Float.intBitsToFloat(sign | widened << 23 | fraction << 13);
  }
}

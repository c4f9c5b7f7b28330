package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.images.ImageReader.Content;
import deepbacs.zoo.tensors.DType;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Reads PNG and JPEG, after a look at whether they end as they must.
 *
 * <p>Java's decoders go on with what is left of a file that was cut off.
 */
final class PngJpegReader implements Content {

  private static final int COLORS = 3;
  private static final int PNG_HEAD = 8;
  private static final int PNG_COLOR_TYPE = 25;
  private static final int PALETTE = 3;
  private static final int END_MARK = 0xd9;
  private static final int SCAN_MARK = 0xda;

  private final BufferedImage picture;
  private final ImageShape shape;
  /** Null where the numbers are those of the image. */
  private final Palette palette;

  private PngJpegReader(BufferedImage picture, boolean colors, Palette palette) {
    this.picture = picture;
    this.palette = palette;
    Raster raster = picture.getRaster();
    int bands = isIndexed() ? 1 : raster.getNumBands();
    // Two or four bands end with transparency, which is dropped.
    int channels = colors || bands >= COLORS ? COLORS : 1;
    boolean wide = raster.getSampleModel().getSampleSize(0) > Byte.SIZE;
    DType dtype = wide ? DType.UINT16 : DType.UINT8;
    int height = picture.getHeight();
    shape =
        new ImageShape(
            1, 1, channels, height, picture.getWidth(), dtype, channels == COLORS);
  }

  static PngJpegReader png(Path path) throws IOException {
    byte[] data = Files.readAllBytes(path);
    checkPng(data);
    boolean indexed = data[PNG_COLOR_TYPE] == PALETTE;
    Palette palette = indexed ? new Palette(table(data), path.toString(), false) : null;
    return new PngJpegReader(decode(data, "png"), false, palette);
  }

  static PngJpegReader jpeg(Path path) throws IOException {
    byte[] data = Files.readAllBytes(path);
    if (last(data, END_MARK) < last(data, SCAN_MARK)) {
      throw new Damaged("the picture does not end");
    }
    int channels = jpegChannels(data);
    if (channels != 1 && channels != COLORS) {
      throw new ZooException(
          Kind.DATA,
          path,
          "it is a picture for printing (CMYK)",
          channels + " channels",
          "grey or RGB pictures",
          "save the microscope's own file as TIFF");
    }
    return new PngJpegReader(decode(data, "jpeg"), channels == COLORS, null);
  }

  @Override
  public ImageShape shape() {
    return palette == null ? shape : palette.shape(shape);
  }

  @Override
  public List<Finding> findings() {
    return palette == null ? Collections.emptyList() : palette.findings();
  }

  @Override
  public Calibration calibration() {
    return Calibration.UNKNOWN;
  }

  @Override
  public ZooImage.Planes planes() {
    Plane[] planes = new Plane[shape.channels];
    for (int channel = 0; channel < planes.length; channel++) {
      planes[channel] = Plane.of(shape.dtype, values(channel));
    }
    ZooImage.Planes found = (frame, slice, channel) -> planes[channel];
    return palette == null ? found : palette.planes(found, shape.height * shape.width);
  }

  @Override
  public void close() {}

  private boolean isIndexed() {
    return picture.getColorModel() instanceof IndexColorModel;
  }

  /** The values of a channel, row by row. */
  private Object values(int channel) {
    int width = shape.width;
    boolean wide = shape.dtype == DType.UINT16;
    short[] shorts = new short[wide ? width * shape.height : 0];
    byte[] bytes = new byte[wide ? 0 : width * shape.height];
    Raster raster = picture.getRaster();
    // Few grey levels are a table of Java's, too.
    boolean indexed = palette == null && isIndexed();
    for (int y = 0; y < shape.height; y++) {
      for (int x = 0; x < width; x++) {
        int value = indexed ? indexed(x, y, channel) : raster.getSample(x, y, channel);
        if (wide) {
          shorts[y * width + x] = (short) value;
        } else {
          bytes[y * width + x] = (byte) value;
        }
      }
    }
    return wide ? shorts : bytes;
  }

  private static BufferedImage decode(byte[] data, String format) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    if (!readers.hasNext()) {
      throw new IOException("this Java cannot read " + format);
    }
    ImageReader reader = readers.next();
    // A memory cache: the default one makes a temporary file.
    try (ImageInputStream stream =
        new javax.imageio.stream.MemoryCacheImageInputStream(new ByteArrayInputStream(data))) {
      reader.setInput(stream, true, true);
      return reader.read(0);
    } finally {
      reader.dispose();
    }
  }

  /** The colors of a palette. */
  private static int[][] table(byte[] data) throws Damaged {
    ByteBuffer buffer = ByteBuffer.wrap(data);
    for (int place = PNG_HEAD; place + 8 < data.length; place += 12 + buffer.getInt(place)) {
      if (buffer.getInt(place + 4) == 0x504c5445) { // PLTE
        int[][] table = new int[buffer.getInt(place) / COLORS][COLORS];
        for (int index = 0; index < COLORS * table.length; index++) {
          table[index / COLORS][index % COLORS] = data[place + 8 + index] & 0xff;
        }
        return table;
      }
    }
    throw new Damaged("it has no palette");
  }

  /** A color of a table. */
  private int indexed(int x, int y, int channel) {
    return picture.getRGB(x, y) >> Byte.SIZE * (2 - channel) & 0xff;
  }

  private static void checkPng(byte[] data) throws Damaged {
    ByteBuffer buffer = ByteBuffer.wrap(data);
    int place = PNG_HEAD;
    while (true) {
      if (place + 12 > data.length) {
        throw new Damaged("it ends after " + data.length + " bytes");
      }
      int length = buffer.getInt(place);
      if (length < 0 || place + 12L + length > data.length) {
        throw new Damaged("it ends after " + data.length + " bytes");
      }
      CRC32 sum = new CRC32();
      sum.update(data, place + 4, length + 4);
      if ((int) sum.getValue() != buffer.getInt(place + 8 + length)) {
        throw new Damaged("a part of it is not what was written");
      }
      if (buffer.getInt(place + 4) == 0x49454e44) { // IEND
        return;
      }
      place += 12 + length;
    }
  }

  private static int last(byte[] data, int mark) {
    for (int index = data.length - 2; index >= 0; index--) {
      if ((data[index] & 0xff) == 0xff && (data[index + 1] & 0xff) == mark) {
        return index;
      }
    }
    return -1;
  }

  /** The components that the frame header of a JPEG states. */
  private static int jpegChannels(byte[] data) throws Damaged {
    int place = 2;
    while (place + 9 < data.length) {
      int mark = data[place + 1] & 0xff;
      if ((data[place] & 0xff) != 0xff) {
        throw new Damaged("it has no frame header");
      }
      boolean frame = mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc;
      if (frame) {
        return data[place + 9] & 0xff;
      }
      boolean alone = mark == 0xff || mark == 1 || mark >= 0xd0 && mark <= 0xd7;
      int length = (data[place + 2] & 0xff) << 8 | data[place + 3] & 0xff;
      place += mark == 0xff ? 1 : alone ? 2 : 2 + length;
    }
    throw new Damaged("it has no frame header");
  }
}

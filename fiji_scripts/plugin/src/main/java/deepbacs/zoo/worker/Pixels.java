package deepbacs.zoo.worker;

import ij.ImagePlus;
import ij.ImageStack;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Images of ImageJ from and to pixels in the order t z c y x.
 *
 * <p>That is the order of ImageJ's planes too: its channels run fastest, then slices, then frames.
 */
public final class Pixels {

  private static final int COLORS = 3;

  private final ImageHeader header;
  private final ImageStack stack;
  private int[] colors;
  private int taken;

  /** An image whose pixels are still to come. */
  public Pixels(ImageHeader header) {
    this.header = header;
    int[] shape = header.shape();
    stack = new ImageStack(shape[4], shape[3]);
  }

  /** Makes an image. */
  public static ImagePlus read(ImageHeader header, PixelStream stream) throws IOException {
    Pixels pixels = new Pixels(header);
    pixels.take(header.planes(), stream);
    return pixels.image();
  }

  /**
   * Takes the next planes.
   *
   * @param count of them; a picture in colors has three
   */
  public void take(int count, PixelStream stream) throws IOException {
    int size = header.planeSize();
    for (int plane = 0; plane < count; plane++) {
      if (header.rgb) {
        takeColor(readBytes(size, stream), taken % COLORS);
      } else {
        stack.addSlice("", readPlane(header, size, stream));
      }
      taken++;
    }
  }

  private void takeColor(byte[] channel, int color) {
    if (color == 0) {
      colors = new int[channel.length];
    }
    int shift = 8 * (COLORS - 1 - color);
    for (int index = 0; index < channel.length; index++) {
      colors[index] |= (channel[index] & 255) << shift;
    }
    if (color == COLORS - 1) {
      stack.addSlice("", colors);
    }
  }

  /** The image; to be called when all planes have come. */
  public ImagePlus image() {
    return header.applyTo(new ImagePlus(header.title, stack));
  }

  private static Object readPlane(ImageHeader header, int size, PixelStream stream)
      throws IOException {
    switch (header.dtype) {
      case "uint8":
        return readBytes(size, stream);
      case "uint16":
        short[] shorts = new short[size];
        for (int at = 0; at < size; ) {
          ByteBuffer block = stream.next(clipped(2L * (size - at)));
          int count = block.remaining() / 2;
          block.asShortBuffer().get(shorts, at, count);
          stream.done();
          at += count;
        }
        return shorts;
      case "float32":
        float[] floats = new float[size];
        for (int at = 0; at < size; ) {
          ByteBuffer block = stream.next(clipped(4L * (size - at)));
          int count = block.remaining() / 4;
          block.asFloatBuffer().get(floats, at, count);
          stream.done();
          at += count;
        }
        return floats;
      default:
        throw new IllegalArgumentException("ImageJ has no images of type " + header.dtype);
    }
  }

  private static byte[] readBytes(int size, PixelStream stream) throws IOException {
    byte[] bytes = new byte[size];
    for (int at = 0; at < size; ) {
      ByteBuffer block = stream.next(clipped(size - at));
      int count = block.remaining();
      block.get(bytes, at, count);
      stream.done();
      at += count;
    }
    return bytes;
  }

  /** Gives the pixels of an image. */
  public static void write(ImagePlus image, PixelStream stream) throws IOException {
    ImageStack stack = image.getStack();
    for (int plane = 1; plane <= stack.size(); plane++) {
      Object pixels = stack.getPixels(plane);
      if (pixels instanceof byte[]) {
        writeBytes((byte[]) pixels, stream);
      } else if (pixels instanceof short[]) {
        writeShorts((short[]) pixels, stream);
      } else if (pixels instanceof float[]) {
        writeFloats((float[]) pixels, stream);
      } else {
        writeColors((int[]) pixels, stream);
      }
    }
  }

  private static void writeBytes(byte[] bytes, PixelStream stream) throws IOException {
    for (int at = 0; at < bytes.length; ) {
      ByteBuffer block = stream.next(clipped(bytes.length - at));
      int count = block.remaining();
      block.put(bytes, at, count);
      stream.done();
      at += count;
    }
  }

  private static void writeShorts(short[] shorts, PixelStream stream) throws IOException {
    for (int at = 0; at < shorts.length; ) {
      ByteBuffer block = stream.next(clipped(2L * (shorts.length - at)));
      int count = block.remaining() / 2;
      block.asShortBuffer().put(shorts, at, count);
      stream.done();
      at += count;
    }
  }

  private static void writeFloats(float[] floats, PixelStream stream) throws IOException {
    for (int at = 0; at < floats.length; ) {
      ByteBuffer block = stream.next(clipped(4L * (floats.length - at)));
      int count = block.remaining() / 4;
      block.asFloatBuffer().put(floats, at, count);
      stream.done();
      at += count;
    }
  }

  private static void writeColors(int[] colors, PixelStream stream) throws IOException {
    byte[] channel = new byte[colors.length];
    for (int shift = 16; shift >= 0; shift -= 8) {
      for (int index = 0; index < channel.length; index++) {
        channel[index] = (byte) (colors[index] >> shift);
      }
      writeBytes(channel, stream);
    }
  }

  private static int clipped(long bytes) {
    return (int) Math.min(bytes, PixelStream.BLOCK);
  }
}

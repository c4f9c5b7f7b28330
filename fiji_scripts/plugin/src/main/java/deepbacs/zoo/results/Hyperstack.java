package deepbacs.zoo.results;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.images.LabelColors;
import deepbacs.zoo.tensors.Tensor;
import ij.ImagePlus;
import ij.ImageStack;
import ij.VirtualStack;
import ij.io.FileInfo;
import ij.io.TiffEncoder;
import ij.process.FloatProcessor;
import ij.process.ImageProcessor;
import ij.process.LUT;
import ij.process.ShortProcessor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * A TIFF file that ImageJ opens as a calibrated hyperstack, as Python writes it.
 *
 * <p>Planes are made one at a time while they are written, so that a result is not in memory twice.
 */
final class Hyperstack {

  private static final int LARGEST_UINT16 = 65535;
  private static final String ORDER = "tzcyx";

  private final int frames;
  private final int slices;
  private final int channels;
  private final int height;
  private final int width;
  private final Calibration calibration;
  private final IntFunction<ImageProcessor> planes;
  private boolean isFloat = true;
  /** The largest label, or -1 for an image that is none of labels. */
  private int largest = -1;

  private Hyperstack(int[] shape, Calibration calibration, IntFunction<ImageProcessor> planes) {
    frames = shape[0];
    slices = shape[1];
    channels = shape[2];
    height = shape[3];
    width = shape[4];
    this.calibration = calibration;
    this.planes = planes;
  }

  /** An output as float32. */
  static Hyperstack of(OutputTensor output) {
    Tensor tensor = output.tensor;
    String axes = imageAxes(tensor.axes);
    int[] sizes = tensor.shape();
    int[] steps = tensor.strides();
    int[] shape = new int[ORDER.length()];
    int[] strides = new int[ORDER.length()];
    for (int i = 0; i < ORDER.length(); i++) {
      int axis = axes.indexOf(ORDER.charAt(i));
      shape[i] = axis < 0 ? 1 : sizes[axis];
      strides[i] = axis < 0 ? 0 : steps[axis];
    }
    return new Hyperstack(
        shape, output.calibration, index -> plane(tensor, shape, strides, index));
  }

  /** Labels as uint16, or as float32 where they do not fit. */
  static Hyperstack of(LabelStack labels, Calibration calibration) {
    int largest = 0;
    for (int t = 0; t < labels.frames; t++) {
      for (int z = 0; z < labels.slices; z++) {
        for (int label : labels.plane(t, z)) {
          largest = Math.max(largest, label);
        }
      }
    }
    boolean isFloat = largest > LARGEST_UINT16;
    int[] shape = {labels.frames, labels.slices, 1, labels.height, labels.width};
    IntFunction<ImageProcessor> planes =
        index -> {
          int[] plane = labels.plane(index / labels.slices, index % labels.slices);
          return isFloat
              ? new FloatProcessor(labels.width, labels.height, floats(plane))
              : new ShortProcessor(labels.width, labels.height, shorts(plane), null);
        };
    Hyperstack stack = new Hyperstack(shape, calibration, planes);
    stack.isFloat = isFloat;
    stack.largest = largest;
    return stack;
  }

  /** The same as an image of ImageJ. */
  ImagePlus image(String title) {
    ImageStack stack = new ImageStack(width, height);
    for (int index = 0; index < frames * slices * channels; index++) {
      stack.addSlice(planes.apply(index));
    }
    ImagePlus image = new ImagePlus(title, stack);
    image.setDimensions(channels, slices, frames);
    image.setOpenAsHyperStack(stack.size() > 1);
    ij.measure.Calibration own = image.getCalibration();
    if (calibration.isKnown()) {
      own.setUnit("micron");
      own.pixelWidth = calibration.x;
      own.pixelHeight = calibration.y;
      own.pixelDepth = calibration.z > 0 ? calibration.z : own.pixelDepth;
    }
    own.frameInterval = calibration.frameInterval > 0 ? calibration.frameInterval : 0;
    if (largest >= 0) {
      byte[][] colors = colors();
      image.setLut(new LUT(colors[0], colors[1], colors[2]));
      image.setDisplayRange(0, Math.max(255.0, largest));
    } else {
      image.resetDisplayRange();
    }
    return image;
  }

  /** Red, green and blue of the labels' colors. */
  private static byte[][] colors() {
    byte[] table = LabelColors.table();
    int size = table.length / 3;
    byte[][] colors = new byte[3][];
    for (int color = 0; color < colors.length; color++) {
      colors[color] = Arrays.copyOfRange(table, color * size, (color + 1) * size);
    }
    return colors;
  }

  /**
   * Writes the file.
   *
   * @throws ZooException HOST: a plane is larger than ImageJ writes
   */
  void write(Path path) throws IOException {
    FileInfo info = new FileInfo();
    info.fileType = isFloat ? FileInfo.GRAY32_FLOAT : FileInfo.GRAY16_UNSIGNED;
    info.width = width;
    info.height = height;
    info.nImages = frames * slices * channels;
    if ((long) width * height * info.getBytesPerPixel() > Integer.MAX_VALUE) {
      throw new ZooException(
          Kind.HOST,
          path.getFileName(),
          "a plane of it is larger than ImageJ writes",
          width + " x " + height + " pixels",
          "at most 2 GiB for each plane",
          "run the image with deepbacs_zoo predict in Python");
    }
    info.description = description();
    if (calibration.isKnown()) {
      info.unit = "micron";
      info.pixelWidth = calibration.x;
      info.pixelHeight = calibration.y;
    }
    if (largest >= 0) {
      // Of one channel ImageJ shows these colors, and not those of channelLuts.
      byte[][] colors = colors();
      info.lutSize = colors[0].length;
      info.reds = colors[0];
      info.greens = colors[1];
      info.blues = colors[2];
    }
    if (info.nImages == 1) {
      info.pixels = planes.apply(0).getPixels();
    } else {
      info.virtualStack = new Planes(width, height, info.nImages, planes);
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 16)) {
      new TiffEncoder(info).write(out);
    }
  }

  /** What ImageJ reads sizes of axes, units and display range from. */
  private String description() {
    StringBuilder text = new StringBuilder("ImageJ=1.11a\n");
    text.append("images=").append(frames * slices * channels).append('\n');
    line(text, "channels", channels);
    line(text, "slices", slices);
    line(text, "frames", frames);
    text.append("hyperstack=true\nmode=grayscale\n");
    if (frames > 1) {
      text.append("loop=false\n");
    }
    if (calibration.isKnown()) {
      text.append("unit=micron\n"); // ASCII; ImageJ shows it as µm
      if (calibration.z > 0) {
        text.append("spacing=").append(calibration.z).append('\n');
      }
    }
    if (calibration.frameInterval > 0) {
      text.append("finterval=").append(calibration.frameInterval).append('\n');
    }
    if (largest >= 0) {
      text.append("min=0.0\nmax=").append(Math.max(255.0, largest)).append('\n');
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, int count) {
    if (count > 1) {
      text.append(name).append('=').append(count).append('\n');
    }
  }

  /**
   * Gives an index axis the place of a free image axis.
   *
   * <p>Rows of a table become rows of pixels, and its columns, which are called channels, columns.
   */
  private static String imageAxes(String tensorAxes) {
    boolean isTable = tensorAxes.indexOf('x') < 0 && tensorAxes.indexOf('y') < 0;
    boolean isIndexed = isTable && tensorAxes.indexOf('i') >= 0;
    String axes = isIndexed ? tensorAxes.replace('c', 'x') : tensorAxes;
    StringBuilder free = new StringBuilder();
    for (char axisName : "yxzt".toCharArray()) {
      if (axes.indexOf(axisName) < 0) {
        free.append(axisName);
      }
    }
    StringBuilder named = new StringBuilder(axes);
    for (int index = 0; index < named.length(); index++) {
      if (ORDER.indexOf(named.charAt(index)) < 0) {
        named.setCharAt(index, free.charAt(0));
        free.deleteCharAt(0);
      }
    }
    return named.toString();
  }

  private static ImageProcessor plane(Tensor tensor, int[] shape, int[] strides, int index) {
    int channel = index % shape[2];
    int slice = index / shape[2] % shape[1];
    int frame = index / shape[2] / shape[1];
    int start = frame * strides[0] + slice * strides[1] + channel * strides[2];
    int height = shape[3];
    int width = shape[4];
    float[] pixels = new float[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        pixels[y * width + x] = (float) tensor.get(start + y * strides[3] + x * strides[4]);
      }
    }
    return new FloatProcessor(width, height, pixels);
  }

  private static float[] floats(int[] labels) {
    float[] pixels = new float[labels.length];
    for (int i = 0; i < labels.length; i++) {
      pixels[i] = labels[i];
    }
    return pixels;
  }

  private static short[] shorts(int[] labels) {
    short[] pixels = new short[labels.length];
    for (int i = 0; i < labels.length; i++) {
      pixels[i] = (short) labels[i];
    }
    return pixels;
  }

  /** Makes planes when the encoder asks for them. */
  private static final class Planes extends VirtualStack {
    private final IntFunction<ImageProcessor> planes;

    Planes(int width, int height, int size, IntFunction<ImageProcessor> planes) {
      super(width, height, size);
      this.planes = planes;
    }

    @Override
    public ImageProcessor getProcessor(int n) {
      return planes.apply(n - 1);
    }
  }
}

package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.tensors.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads TIFF files: ImageJ hyperstacks, OME-TIFF, those of tifffile, and plain ones.
 *
 * <p>Pages without any statement about their axis are slices; of a file with several images the
 * first is read. The pixels are decoded here and not by ImageJ's {@code Opener}, which fills what
 * is missing with zeros, turns whole numbers of 32 bits into floats and knows no OME.
 */
final class TiffReader implements ImageReader.Content {

  private static final Pattern SHAPE =
      Pattern.compile("^\\s*\\{.*\"shape\":\\s*\\[([0-9, ]*)\\]", Pattern.DOTALL);
  private static final Pattern AXES = Pattern.compile("\"axes\":\\s*\"([A-Za-z]*)\"");
  private static final Map<Integer, String> COMPRESSIONS = new HashMap<>();

  static {
    COMPRESSIONS.put(2, "CCITT");
    COMPRESSIONS.put(3, "CCITT fax 3");
    COMPRESSIONS.put(4, "CCITT fax 4");
    COMPRESSIONS.put(6, "old JPEG");
    COMPRESSIONS.put(7, "JPEG");
    COMPRESSIONS.put(33003, "JPEG 2000");
    COMPRESSIONS.put(33005, "JPEG 2000");
    COMPRESSIONS.put(34712, "JPEG 2000");
    COMPRESSIONS.put(34887, "LERC");
    COMPRESSIONS.put(34925, "LZMA");
    COMPRESSIONS.put(50000, "Zstandard");
    COMPRESSIONS.put(50001, "WebP");
    COMPRESSIONS.put(50002, "JPEG XL");
  }

  private final ImageName name;
  private final TiffFile file;
  private final TiffPage first;
  private final Map<String, String> imagej;
  private final OmeDescription ome;
  /** True if the samples of a pixel are what the file calls channels. */
  private boolean samplesAreChannels;
  /** The page of each plane; null where the planes lie behind the first page's offset. */
  private List<TiffPage> pages;

  private final PlaneOrder planeOrder;
  private final ImageShape shape;
  private final StatedSizes sizes;
  private final TiffColors colors;

  private TiffReader(Path path, TiffFile file) throws IOException {
    this.name = new ImageName(path);
    this.file = file;
    if (file.pages.isEmpty()) {
      throw new Damaged("it has no page");
    }
    this.first = file.pages.get(0);
    this.imagej = imagej(first.descriptions);
    this.ome = OmeDescription.in(first.descriptions);
    checkFormat();
    this.planeOrder = order();
    this.shape = readShape();
    checkPlanes(planeOrder.planes());
    this.sizes = TiffCalibration.of(first, imagej, ome, name);
    this.colors = new TiffColors(first, shape.channels, imagej != null, name);
  }

  /** Opens a file and reads its descriptions. */
  static TiffReader open(Path path) throws IOException {
    TiffFile file = new TiffFile(path);
    try {
      return new TiffReader(path, file);
    } catch (IOException | RuntimeException error) {
      file.close();
      throw error;
    }
  }

  private ImageShape readShape() {
    int samples = first.colors();
    if (samples > 1 && !samplesAreChannels && planeOrder.size('c') > 1) {
      throw new ZooException(
          Kind.DATA,
          name.text,
          "it has channels of colour pictures, and one of the two must be chosen",
          planeOrder + "YXS",
          "channels or an RGB picture",
          "split the channels in ImageJ with Image > Color > Split Channels");
    }
    return new ImageShape(
        planeOrder.size('t'),
        planeOrder.size('z'),
        samples > 1 ? samples : planeOrder.size('c'),
        first.height,
        first.width,
        first.dtype(),
        first.isColor() && !samplesAreChannels);
  }

  @Override
  public ImageShape shape() {
    return colors.shape(shape);
  }

  @Override
  public Calibration calibration() {
    return sizes.calibration();
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>(sizes.findings());
    findings.addAll(colors.findings());
    return findings;
  }

  @Override
  public ZooImage.Planes planes() throws IOException {
    Object[][] planes = new Object[planeOrder.planes()][];
    for (int plane = 0; plane < planes.length; plane++) {
      planes[plane] = pixels(plane);
    }
    boolean several = first.colors() > 1;
    return colors.planes(
        (frame, slice, channel) -> {
          int plane = planeOrder.plane(frame, slice, several ? 0 : channel);
          return Plane.of(shape.dtype, planes[plane][several ? channel : 0]);
        },
        shape.height * shape.width);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private Object[] pixels(int plane) throws IOException {
    if (pages == null) {
      return TiffPixels.readAt(file, first, first.offsets[0] + plane * first.bytes());
    }
    TiffPage page = pages.get(plane);
    return page.isContiguous()
        ? TiffPixels.readAt(file, page, page.offsets[0])
        : TiffPixels.read(file, page);
  }

  private void checkFormat() {
    TiffColors.check(first, name);
    DType dtype = first.dtype();
    if (dtype == null || first.width < 1 || first.height < 1) {
      throw new ZooException(
          Kind.DATA,
          name.text,
          "it holds no numbers that an image could have",
          first.bits + " bits " + first.height + "x" + first.width,
          "integers or real numbers, at least one pixel",
          "save it as 8-bit, 16-bit or 32-bit TIFF");
    }
    if (!TiffPixels.canDecode(first.compression)) {
      String kind = COMPRESSIONS.getOrDefault(first.compression, "unknown");
      throw new ZooException(
          Kind.DATA,
          name.text,
          "its pixels are compressed in a way that cannot be read in ImageJ",
          kind + ", TIFF compression " + first.compression,
          "no compression, LZW, Deflate (ZIP) or PackBits",
          "save it as TIFF without compression, or run deepbacs-zoo predict");
    }
  }

  /** Checks that all planes are in the file, to their last byte. */
  private void checkPlanes(int count) throws IOException {
    for (int plane = 0; plane < count; plane++) {
      TiffPage page = pages == null ? first : pages.get(plane);
      if (page == null) {
        throw new Damaged("its OME description names planes that are not in this file");
      }
      if (page.offsets.length == 0) {
        throw new Damaged("page " + (plane + 1) + " has no pixels");
      }
      long end = pages == null ? page.offsets[0] + (plane + 1) * page.bytes() : end(page);
      if (end > file.size) {
        throw new Damaged(
            "page " + (plane + 1) + " would end at byte " + end + " of " + file.size);
      }
    }
  }

  private static long end(TiffPage page) {
    if (page.isContiguous()) {
      return page.offsets[0] + page.bytes();
    }
    long end = 0;
    for (int part = 0; part < Math.min(page.offsets.length, page.counts.length); part++) {
      end = Math.max(end, page.offsets[part] + page.counts[part]);
    }
    return end;
  }

  // --- the order of the planes -------------------------------------------------------------------

  private PlaneOrder order() throws Damaged {
    Matcher shaped = SHAPE.matcher(first.descriptions.isEmpty() ? "" : first.descriptions.get(0));
    if (shaped.find()) {
      return shaped(shaped);
    }
    if (ome != null) {
      PlaneOrder order = ome.order(first.samples, name);
      pages = ome.pages(order, file.pages);
      return order;
    }
    if (imagej != null) {
      return hyperstack();
    }
    pages = new ArrayList<>();
    for (TiffPage page : file.pages) {
      if (page.isLike(first)) {
        pages.add(page);
      }
    }
    return PlaneOrder.of("q", new int[] {pages.size()}, name);
  }

  /** tifffile writes the shape of the array as JSON. */
  private PlaneOrder shaped(Matcher found) {
    String[] texts = found.group(1).trim().split("\\s*,\\s*");
    Matcher named = AXES.matcher(first.descriptions.get(0));
    int inPage = 2 + (first.samples > 1 ? 1 : 0);
    int outer = Math.max(texts.length - inPage, 0);
    int[] sizes = new int[outer];
    StringBuilder names = new StringBuilder();
    String axes = named.find() && named.group(1).length() == texts.length ? named.group(1) : "";
    for (int axis = 0; axis < outer; axis++) {
      sizes[axis] = Integer.parseInt(texts[axis]);
      names.append(axes.isEmpty() ? PlaneOrder.UNKNOWN : axes.charAt(axis));
    }
    PlaneOrder order = PlaneOrder.of(names.toString(), sizes, name);
    takePages(order.planes());
    return order;
  }

  private PlaneOrder hyperstack() {
    int frames = number("frames");
    int slices = number("slices");
    int channels = number("channels");
    if (first.samples > 1 && channels == first.samples) {
      // Bio-Formats may declare separate samples as channels; ImageJ writes color pictures so.
      samplesAreChannels = first.planar;
      channels = 1;
    }
    int stated = Math.multiplyExact(Math.multiplyExact(frames, slices), channels);
    int rest = 1;
    if (stated == 1) { // early versions wrote the number of images only
      rest = Math.max(file.pages.size(), first.isContiguous() ? number("images") : 1);
    }
    String axes = order(imagej.getOrDefault("order", "czt"));
    int[] sizes = new int[4];
    sizes[0] = rest;
    for (int axis = 0; axis < 3; axis++) {
      char axisName = axes.charAt(axis);
      sizes[axis + 1] = axisName == 't' ? frames : axisName == 'z' ? slices : channels;
    }
    PlaneOrder order = PlaneOrder.of(PlaneOrder.UNKNOWN + axes, sizes, name);
    takePages(order.planes());
    return order;
  }

  /** ImageJ names the fastest axis first. */
  private static String order(String stated) {
    String fastestFirst = stated.trim().toLowerCase(Locale.ROOT);
    String order = new StringBuilder(fastestFirst).reverse().toString();
    boolean known = order.matches("[tzc]{3}") && order.chars().distinct().count() == 3;
    return known ? order : "tzc";
  }

  private void takePages(int count) {
    // Large stacks have one page, with all planes behind each other.
    boolean behind = file.pages.size() < count && first.isContiguous();
    if (!behind) {
      pages = new ArrayList<>(file.pages.subList(0, Math.min(count, file.pages.size())));
      while (pages.size() < count) {
        pages.add(null);
      }
    }
  }

  private int number(String key) {
    try {
      return Math.max(Integer.parseInt(imagej.getOrDefault(key, "1").trim()), 1);
    } catch (NumberFormatException error) {
      return 1;
    }
  }

  /** The lines of ImageJ's description, or null where there is none. */
  private static Map<String, String> imagej(List<String> descriptions) {
    for (String text : descriptions) {
      if (text.startsWith("ImageJ=")) {
        Map<String, String> found = new HashMap<>();
        for (String line : text.split("\\r?\\n")) {
          int equals = line.indexOf('=');
          if (equals > 0) {
            found.put(line.substring(0, equals).trim(), line.substring(equals + 1).trim());
          }
        }
        return found;
      }
    }
    return null;
  }
}

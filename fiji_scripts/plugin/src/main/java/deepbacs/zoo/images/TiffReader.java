package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.tensors.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads TIFF files: ImageJ hyperstacks, OME-TIFF, those of tifffile, and plain ones.
 *
 * <p>The pages of a file are those of its images by the first statement about them that can be
 * used: tifffile's shape, Micro-Manager's index map, OME-XML, ImageJ's description; without one,
 * pages of one size and type are slices. The pixels are decoded here and not by ImageJ's {@code Opener}, which fills what
 * is missing with zeros, turns whole numbers of 32 bits into floats and knows no OME.
 */
final class TiffReader implements ImageReader.Content {

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
  private final TiffSeries series;
  /** The page that says the size and type of all planes. */
  private final TiffPage first;
  /** Frames, slices and channels that are read. */
  private final int[][] block;

  private final ImageShape shape;
  private final StatedSizes sizes;
  private final TiffColors colors;
  private final List<Finding> findings = new ArrayList<>();

  private TiffReader(Path path, ReadOptions options, TiffFile file) throws IOException {
    this.name = new ImageName(path);
    this.file = file;
    if (file.pages.isEmpty()) {
      throw new Damaged("it has no page");
    }
    TiffVendors.check(file, path);
    checkEnds();
    TiffStacks stacks = new TiffStacks(file, name.text);
    TiffLayout layout = layout(path, stacks);
    SeriesChoice.check(options.series, layout.series.size(), name.text);
    series = layout.series.get(options.series == null ? 0 : options.series - 1);
    first = file.pages.get(series.firstPage());
    block = series.block();
    checkFormat();
    shape = readShape();
    Map<String, String> imagej = TiffStacks.description(file.pages.get(0));
    sizes = TiffCalibration.of(file.pages.get(0), imagej, series.ome, name);
    colors = new TiffColors(first, shape.channels, imagej != null, name);
    findings.addAll(layout.findings);
    findings.addAll(SeriesChoice.findings(layout, file.pages, options.series, name.text));
    findings.addAll(series.findings(name.text, layout.what));
    findings.addAll(stacks.subPages(first));
    findings.addAll(sizes.findings());
    findings.addAll(colors.findings());
  }

  /** Opens a file and reads its descriptions. */
  static TiffReader open(Path path, ReadOptions options) throws IOException {
    TiffFile file = new TiffFile(path);
    try {
      return new TiffReader(path, options, file);
    } catch (IOException | RuntimeException error) {
      file.close();
      throw error;
    }
  }

  /** All images of the file by the first statement about its pages that can be used. */
  private TiffLayout layout(Path path, TiffStacks stacks) throws IOException {
    TiffPage page = file.pages.get(0);
    if (TiffStacks.isShaped(page)) {
      return stacks.shaped();
    }
    TiffLayout stack = MicroManagerStack.layout(file, () -> omeSeries(path));
    if (stack != null) {
      return stacks.withOtherPages(stack);
    }
    List<Finding> unused = new ArrayList<>();
    if (OmeDescription.isOme(page)) {
      TiffLayout layout = OmeDescription.layout(path, file.pages);
      if (!layout.series.isEmpty()) {
        return stacks.withOtherPages(layout);
      }
      unused.addAll(layout.findings);
    }
    Map<String, String> imagej = TiffStacks.description(page);
    TiffLayout layout =
        imagej == null ? stacks.plain() : stacks.withOtherPages(stacks.imagej(imagej));
    layout.findings.addAll(0, unused);
    return layout;
  }

  /** The images of the OME-XML of a file that is known by another statement, too. */
  private List<TiffSeries> omeSeries(Path path) {
    try {
      boolean is = OmeDescription.isOme(file.pages.get(0));
      return is ? OmeDescription.layout(path, file.pages).series : Collections.emptyList();
    } catch (ZooException error) {
      return Collections.emptyList();
    }
  }

  private ImageShape readShape() {
    int samples = first.colors();
    int channels = block[2].length;
    if (samples > 1 && !series.samplesAreChannels && channels > 1) {
      throw new ZooException(
          Kind.DATA,
          name.text,
          "it has channels of colour pictures, and one of the two must be chosen",
          channels + " channels of " + first.samples + " samples",
          "channels or an RGB picture",
          "split the channels in ImageJ with Image > Color > Split Channels");
    }
    return new ImageShape(
        block[0].length,
        block[1].length,
        samples > 1 ? samples : channels,
        first.height,
        first.width,
        first.dtype(),
        first.isColor() && !series.samplesAreChannels);
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
  public List<String> channelNames() {
    if (series.ome != null) {
      return series.ome.channels(series.sizes[2], block[2]);
    }
    TiffPage page = file.pages.get(0);
    List<String> labels = ImagejLabels.of(page.metadataCounts, page.metadata, file.order);
    if (labels.size() != shape.frames * shape.slices * block[2].length) {
      return Collections.emptyList();
    }
    return ChannelNames.ofLabels(
        shape.frames,
        shape.slices,
        block[2].length,
        (frame, slice, channel) -> {
          int[] plane = {block[0][frame], block[1][slice], block[2][channel]};
          return labels.get(series.planes.get(plane));
        });
  }

  @Override
  public List<Finding> findings() {
    return Collections.unmodifiableList(findings);
  }

  @Override
  public ZooImage.Planes planes() throws IOException {
    int slices = block[1].length;
    int channels = block[2].length;
    Object[][] planes = new Object[block[0].length * slices * channels][];
    for (int plane = 0; plane < planes.length; plane++) {
      int slice = plane / channels;
      planes[plane] =
          pixels(block[0][slice / slices], block[1][slice % slices], block[2][plane % channels]);
    }
    boolean several = first.colors() > 1;
    return colors.planes(
        (frame, slice, channel) -> {
          int plane = (frame * slices + slice) * channels + (several ? 0 : channel);
          return Plane.of(shape.dtype, planes[plane][several ? channel : 0]);
        },
        shape.height * shape.width);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private Object[] pixels(int... plane) throws IOException {
    int number = series.planes.get(plane);
    if (series.behind >= 0) {
      return TiffPixels.readAt(file, first, first.offsets[0] + number * first.bytes());
    }
    TiffPage page = file.pages.get(number);
    if (page.offsets.length == 0) {
      throw new Damaged("a page has no pixels");
    }
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
    for (int number : series.pages()) {
      checkCompression(file.pages.get(number).compression);
    }
  }

  private void checkCompression(int compression) {
    if (!TiffPixels.canDecode(compression)) {
      String kind = COMPRESSIONS.getOrDefault(compression, "unknown");
      throw new ZooException(
          Kind.DATA,
          name.text,
          "its pixels are compressed in a way that cannot be read in ImageJ",
          kind + ", TIFF compression " + compression,
          "no compression, LZW, Deflate (ZIP) or PackBits",
          "save it as TIFF without compression, or run deepbacs-zoo predict");
    }
  }

  /** Checks that the pixels of all pages are in the file, to their last byte. */
  private void checkEnds() throws Damaged {
    for (int page = 0; page < file.pages.size(); page++) {
      long end = end(file.pages.get(page));
      if (end > file.size) {
        throw new Damaged("page " + (page + 1) + " would end at byte " + end + " of " + file.size);
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
}

package deepbacs.zoo.images;

import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.findings.Finding.Severity;
import deepbacs.zoo.findings.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One channel of an image: a chosen one, or the grey of an RGB image. */
final class OneChannel implements ImageSource {

  private static final Rule RGB_AS_GREY = new Rule("rgb-taken-as-grey", Severity.INFO);

  private final ImageSource all;
  private final int channel;
  private final List<Finding> findings;
  /** The image where it has been read, else null. */
  private final ZooImage image;

  private OneChannel(ImageSource all, int channel, List<Finding> findings, ZooImage image) {
    this.all = all;
    this.channel = channel;
    this.findings = Collections.unmodifiableList(findings);
    this.image = image;
  }

  /**
   * The channel that is chosen, or the source as it is where none is.
   *
   * @throws deepbacs.zoo.errors.ZooException USAGE: it has no such channel; it is closed then
   */
  static ImageSource chosen(ImageSource all, ReadOptions options) {
    if (options.channel == null) {
      return all;
    }
    try {
      List<String> names = all.channelNames();
      int index = ChannelNames.index(names, all.shape().channels, options.channel, all.name());
      return new OneChannel(all, index, all.findings(), null);
    } catch (RuntimeException error) {
      all.close();
      throw error;
    }
  }

  /** An RGB image whose channels are equal as grey, which reads it; any other as it is. */
  static ImageSource asGrey(ImageSource source) {
    if (!source.shape().rgb) {
      return source;
    }
    ZooImage image = source.read();
    if (!isEqual(image)) {
      return source;
    }
    List<Finding> findings = new ArrayList<>(source.findings());
    findings.add(
        RGB_AS_GREY.finding(
            source.name(),
            "its red, green and blue are equal, so that it is taken as a grey image"));
    return new OneChannel(source, 0, findings, image);
  }

  private static boolean isEqual(ZooImage image) {
    ImageShape shape = image.shape;
    int size = shape.height * shape.width;
    for (int place = 0; place < shape.frames * shape.slices; place++) {
      int frame = place / shape.slices;
      Plane red = image.plane(frame, place % shape.slices, 0);
      for (int other = 1; other < shape.channels; other++) {
        Plane plane = image.plane(frame, place % shape.slices, other);
        for (int index = 0; index < size; index++) {
          if (red.get(index) != plane.get(index)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  @Override
  public String name() {
    return all.name();
  }

  @Override
  public String stem() {
    return all.stem();
  }

  @Override
  public ImageShape shape() {
    ImageShape own = all.shape();
    return new ImageShape(own.frames, own.slices, 1, own.height, own.width, own.dtype, false);
  }

  @Override
  public List<String> channelNames() {
    List<String> names = all.channelNames();
    return channel < names.size()
        ? Collections.singletonList(names.get(channel))
        : Collections.emptyList();
  }

  @Override
  public Calibration calibration() {
    return all.calibration();
  }

  @Override
  public List<Finding> findings() {
    return findings;
  }

  @Override
  public ZooImage read() {
    ZooImage read = image == null ? all.read() : image;
    return read.seenAs(
        shape(), findings, (frame, slice, one) -> read.plane(frame, slice, channel));
  }

  @Override
  public void close() {
    all.close();
  }
}

package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ChannelNames;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.images.ImageSource;
import deepbacs.zoo.images.ReadOptions;
import deepbacs.zoo.images.ZooImage;
import deepbacs.zoo.options.Option;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.tensors.TensorSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The images of one run, by the inputs that they are for and in the package's order. */
public final class InputImages implements AutoCloseable {

  /** The inputs that have an image. */
  final List<TensorSpec> specs = new ArrayList<>();

  private final Map<String, ImageSource> sources = new LinkedHashMap<>();

  /**
   * The images of a package's inputs, which are closed with this.
   *
   * @param named by input
   * @throws ZooException USAGE: the package has no such input; DATA: an input that it needs has no
   *     image
   */
  public InputImages(ZooPackage zooPackage, Map<String, ImageSource> named) {
    check(zooPackage, named.keySet());
    for (TensorSpec spec : zooPackage.inputs) {
      if (named.containsKey(spec.id)) {
        specs.add(spec);
        ImageSource source = named.get(spec.id);
        sources.put(spec.id, spec.takesGrey() ? ImageSource.asGrey(source) : source);
      }
    }
  }

  /**
   * How the image of each input is read: one channel is chosen where one is taken.
   *
   * @param named the inputs that have an image
   * @throws ZooException USAGE: a channel is chosen, and all inputs take several
   */
  public static Map<String, ReadOptions> reading(
      ZooPackage zooPackage, Collection<String> named, ReadOptions options) {
    Map<String, ReadOptions> reading = new LinkedHashMap<>();
    for (TensorSpec spec : zooPackage.inputs) {
      boolean one = spec.takesGrey() || spec.fixedSize('c') < 0;
      if (named.contains(spec.id)) {
        reading.put(spec.id, one ? options : new ReadOptions(options.series, null));
      }
    }
    if (options.channel != null && !reading.containsValue(options)) {
      throw new ZooException(
          Kind.USAGE,
          Option.of("channel"),
          "it chooses one channel, and the network takes several",
          options.channel,
          "a network of one channel",
          "leave it out, and give images with the channels of the network");
    }
    return reading;
  }

  /** One image, for the package's first input. */
  public static InputImages of(ZooPackage zooPackage, ImageSource image) {
    String first = zooPackage.inputs.get(0).id;
    return new InputImages(zooPackage, Collections.singletonMap(first, image));
  }

  /**
   * Refuses images for inputs that are none, and inputs without an image.
   *
   * @throws ZooException USAGE and DATA as above
   */
  public static void check(ZooPackage zooPackage, Collection<String> named) {
    List<String> ids = new ArrayList<>();
    zooPackage.inputs.forEach(spec -> ids.add(spec.id));
    for (String name : named) {
      if (!ids.contains(name)) {
        throw new ZooException(
            Kind.USAGE,
            "input '" + name + "'",
            "the package has no such input",
            null,
            String.join(", ", ids),
            "use the ids that the package gives its inputs");
      }
    }
    for (TensorSpec spec : zooPackage.inputs) {
      if (!spec.optional && !named.contains(spec.id)) {
        throw new ZooException(
            Kind.DATA,
            "input '" + spec.id + "'",
            "the package needs an image for this input, and there is none",
            "given: " + String.join(", ", named),
            String.join("=FILE ", ids) + "=FILE",
            "give one image for each input");
      }
    }
  }

  /** The image that results are named after and that pixel sizes are taken from. */
  public ImageSource first() {
    return sources.values().iterator().next();
  }

  /** The name of an input's image in messages. */
  String name(TensorSpec spec) {
    return sources.get(spec.id).name();
  }

  /** The channels of an input's image, as they stand in a message. */
  String channels(TensorSpec spec) {
    ImageSource source = sources.get(spec.id);
    return ChannelNames.listed(source.channelNames(), source.shape().channels);
  }

  ImageShape shape(TensorSpec spec) {
    return sources.get(spec.id).shape();
  }

  /** The sizes of all images, by input. */
  Map<String, ImageShape> shapes() {
    Map<String, ImageShape> shapes = new LinkedHashMap<>();
    sources.forEach((name, source) -> shapes.put(name, source.shape()));
    return shapes;
  }

  /**
   * Reads the pixels of all images.
   *
   * @throws ZooException as {@link ImageSource#read}
   */
  public Map<String, ZooImage> read() {
    Map<String, ZooImage> images = new LinkedHashMap<>();
    sources.forEach((name, source) -> images.put(name, source.read()));
    return images;
  }

  @Override
  public void close() {
    sources.values().forEach(ImageSource::close);
  }
}

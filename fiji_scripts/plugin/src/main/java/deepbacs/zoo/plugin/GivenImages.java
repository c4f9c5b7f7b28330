package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ImageSource;
import deepbacs.zoo.images.ReadOptions;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.prediction.InputImages;
import deepbacs.zoo.tensors.TensorSpec;
import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The images of one run as they were given, by the inputs of the package. */
final class GivenImages {

  private static final String SEPARATOR = ";";

  private final ZooPackage zooPackage;
  private final Map<String, GivenImage> images;

  /**
   * Images by input, in any order.
   *
   * @throws ZooException USAGE: the package has no such input; DATA: one that it needs is missing
   */
  GivenImages(ZooPackage zooPackage, Map<String, GivenImage> images) {
    InputImages.check(zooPackage, images.keySet());
    this.zooPackage = zooPackage;
    this.images = images;
  }

  /**
   * The images that a text names: {@code FILE}, or {@code ID=FILE;ID=FILE}, or titles of open
   * images in place of files.
   *
   * @param text empty for the active image
   * @throws ZooException USAGE: a word names no input, or nothing that is there; DATA: an input
   *     that the package needs is missing
   */
  static GivenImages of(ZooPackage zooPackage, String text) {
    Map<String, GivenImage> images = new LinkedHashMap<>();
    if (text.isEmpty()) {
      images.put(zooPackage.inputs.get(0).id, GivenImage.active());
    } else {
      words(zooPackage, text).forEach((id, word) -> images.put(id, image(zooPackage, word)));
    }
    return new GivenImages(zooPackage, images);
  }

  /** The first of the package's inputs that has an image: results are named after it. */
  GivenImage first() {
    for (TensorSpec spec : zooPackage.inputs) {
      if (images.containsKey(spec.id)) {
        return images.get(spec.id);
      }
    }
    throw new IllegalStateException("no image");
  }

  /** Opens all images; no pixel is read but those of RGB images for a network of one channel. */
  InputImages open(ReadOptions options) {
    Map<String, ReadOptions> reading = InputImages.reading(zooPackage, images.keySet(), options);
    Map<String, ImageSource> sources = new LinkedHashMap<>();
    try {
      images.forEach((id, image) -> sources.put(id, image.source(reading.get(id))));
      return new InputImages(zooPackage, sources);
    } catch (RuntimeException error) {
      sources.values().forEach(ImageSource::close);
      throw error;
    }
  }

  // --- the text ------------------------------------------------------------------------------------

  /** Files or titles by input. */
  private static Map<String, String> words(ZooPackage zooPackage, String text) {
    List<String> ids = ids(zooPackage);
    List<String> quoted = new ArrayList<>();
    ids.forEach(id -> quoted.add(Pattern.quote(id)));
    String named = "\\s*(?:" + String.join("|", quoted) + ")\\s*=";
    Map<String, String> words = new LinkedHashMap<>();
    // A file may have the separator in its name.
    for (String word : text.split(SEPARATOR + "(?=" + named + ")")) {
      boolean bare = !Pattern.compile(named).matcher(word).lookingAt();
      if (bare && needed(zooPackage) > 1) {
        throw namesNone(ids, word);
      }
      String id = bare ? ids.get(0) : word.substring(0, word.indexOf('=')).trim();
      if (words.put(id, bare ? word : word.substring(word.indexOf('=') + 1).trim()) != null) {
        throw new ZooException(
            Kind.USAGE,
            "input '" + id + "'",
            "it has two images",
            text,
            "one image for each input",
            "name one image for each input; run the package again for the next");
      }
    }
    return words;
  }

  private static GivenImage image(ZooPackage zooPackage, String word) {
    String rest = word.substring(word.indexOf(SEPARATOR) + 1);
    boolean further = zooPackage.inputs.size() > 1 && rest.length() < word.length();
    if (further && rest.indexOf('=') > 0 && !new File(word).exists()) {
      throw namesNone(ids(zooPackage), rest);
    }
    return GivenImage.of(word);
  }

  private static List<String> ids(ZooPackage zooPackage) {
    List<String> ids = new ArrayList<>();
    zooPackage.inputs.forEach(spec -> ids.add(spec.id));
    return ids;
  }

  private static long needed(ZooPackage zooPackage) {
    return zooPackage.inputs.stream().filter(spec -> !spec.optional).count();
  }

  private static ZooException namesNone(List<String> ids, String word) {
    return new ZooException(
        Kind.USAGE,
        word,
        "the package has " + ids.size() + " inputs, and this word names none of them",
        null,
        String.join("=FILE" + SEPARATOR, ids) + "=FILE",
        "write one ID=FILE word for each input");
  }
}

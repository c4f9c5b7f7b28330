package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ImageSource;
import deepbacs.zoo.images.ReadOptions;
import deepbacs.zoo.images.ZooImage;
import ij.IJ;
import ij.ImagePlus;
import ij.WindowManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An image as it was given to the plugin: a file, or an image that is open in ImageJ. */
final class GivenImage {

  private final Path file;
  private final ImagePlus open;

  private GivenImage(Path file, ImagePlus open) {
    this.file = file;
    this.open = open;
  }

  /**
   * An image of ImageJ, shown or not.
   *
   * @throws ZooException USAGE: there is none
   */
  static GivenImage of(ImagePlus image) {
    if (image == null || image.getProcessor() == null) {
      throw new ZooException(
          Kind.USAGE,
          RunOption.INPUT.option(),
          "there is no image, or one without pixels",
          image == null ? null : image.getTitle(),
          "an image of ImageJ",
          "open an image first; IJ.openImage gives null for a file that it cannot read");
    }
    return new GivenImage(null, image);
  }

  /**
   * The active image.
   *
   * @throws ZooException USAGE: no image is open
   */
  static GivenImage active() {
    ImagePlus image = WindowManager.getCurrentImage();
    if (image == null) {
      throw new ZooException(
          Kind.USAGE,
          RunOption.INPUT.option(),
          "there is no image open, and no file is named",
          null,
          "an open image, or input_path=[a file]",
          "open an image, or choose a file");
    }
    return of(image);
  }

  /**
   * A file by its path, or an open image by its title.
   *
   * @throws ZooException USAGE: several images have the title, or the text is neither
   */
  static GivenImage of(String text) {
    Path path = RunOptions.path(RunOption.INPUT, text);
    if (path.toString().equals(text)) {
      return new GivenImage(path, null);
    }
    List<String> titles = new ArrayList<>();
    List<ImagePlus> found = new ArrayList<>();
    for (ImagePlus image : images()) {
      titles.add(image.getTitle());
      if (image.getTitle().equals(text)) {
        found.add(image);
      }
    }
    if (found.size() > 1) {
      throw new ZooException(
          Kind.USAGE,
          RunOption.INPUT.option(),
          "several open images have this title",
          text,
          "a title that only one image has",
          "close the others, or rename it with Image > Rename...");
    }
    if (found.isEmpty() && !titles.isEmpty() && !path.toFile().exists()) {
      throw new ZooException(
          Kind.USAGE,
          RunOption.INPUT.option(),
          "there is no such file, and no open image has this title",
          text,
          "a path, or one of " + String.join(", ", titles),
          "open the image first, or check the path");
    }
    return found.isEmpty() ? new GivenImage(path, null) : of(found.get(0));
  }

  private static List<ImagePlus> images() {
    List<ImagePlus> images = new ArrayList<>();
    int[] ids = WindowManager.getIDList();
    for (int id : ids == null ? new int[0] : ids) {
      images.add(WindowManager.getImage(id));
    }
    return images;
  }

  /** The name that results are named after. */
  String stem() {
    return open == null ? ZooImage.stemOf(file) : ImageSource.of(open).stem();
  }

  /** The image with sizes that are known; see {@link ImageSource}. */
  ImageSource source(ReadOptions options) {
    return open == null ? ImageSource.of(file, options) : ImageSource.of(open, options);
  }

  /** The image to show results on: the open one, or the file's as ImageJ opens it, or null. */
  ImagePlus shown() {
    return open == null ? IJ.openImage(file.toString()) : open;
  }
}

package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.findings.Finding;
import ij.ImagePlus;
import java.nio.file.Path;
import java.util.List;

/**
 * An image whose sizes are known before its pixels are read: a file, or an image open in ImageJ.
 *
 * <p>All that can be refused is refused by its shape; {@link #read} comes after that.
 */
public interface ImageSource extends AutoCloseable {

  /** Its name in messages. */
  String name();

  /** The name that results are named after. */
  String stem();

  ImageShape shape();

  /** Names of its channels; empty where they have none. */
  List<String> channelNames();

  /** Size of its pixels. */
  Calibration calibration();

  /** What was left out of the file, or taken as something else. */
  List<Finding> findings();

  /**
   * Reads the planes.
   *
   * @throws ZooException DATA: the image is damaged, or holds values that are not finite; HOST: it
   *     may not be read, or does not fit into memory
   */
  ZooImage read();

  @Override
  void close();

  /**
   * Opens a TIFF, PNG or JPEG file, or a part of it.
   *
   * @throws ZooException USAGE: there is no such file, or it is of another kind, or it has no such
   *     channel; DATA: it is damaged or empty; HOST: it may not be read, or does not fit into memory
   */
  static ImageSource of(Path file, ReadOptions options) {
    return OneChannel.chosen(ImageReader.open(file, options), options);
  }

  /** Opens a file as it is; see {@link #of(Path, ReadOptions)}. */
  static ImageSource of(Path file) {
    return of(file, ReadOptions.AS_IT_IS);
  }

  /** An image that is open in ImageJ; its pixels are shared, its selection is not looked at. */
  static ImageSource of(ImagePlus image) {
    return new OpenImage(image);
  }

  /**
   * A part of an image that is open in ImageJ.
   *
   * @throws ZooException USAGE: it has no such channel, or another image of a file is asked for
   */
  static ImageSource of(ImagePlus image, ReadOptions options) {
    ImageSource all = of(image);
    SeriesChoice.check(options.series, 1, all.name());
    return OneChannel.chosen(all, options);
  }

  /** An RGB image whose channels are equal as grey, which reads it; any other as it is. */
  static ImageSource asGrey(ImageSource source) {
    return OneChannel.asGrey(source);
  }
}

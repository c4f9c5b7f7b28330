package deepbacs.zoo.prediction;

import deepbacs.zoo.errors.PythonText;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ReadOptions;
import deepbacs.zoo.options.Option;

/** Options of a prediction. */
public final class PredictOptions {

  /** Bytes that one pass may take when nothing is said. */
  public static final long MEMORY = 4L << 30;

  /** Bytes that one pass may take; larger images are tiled. */
  public final long memory;
  /** True if the image is continued by the halo all round, as bioimageio.core does. */
  public final boolean haloBorder;
  /** Micrometers per pixel along y and x, in place of what the file says; NaN takes the file's. */
  public final double pixelSize;
  /** The part of a file that is read. */
  public final ReadOptions reading;

  /** Options for files that are read as they are. */
  public PredictOptions(long memory, boolean haloBorder, double pixelSize) {
    this(memory, haloBorder, pixelSize, ReadOptions.AS_IT_IS);
  }

  /**
   * @throws ZooException USAGE: a number is not positive
   */
  public PredictOptions(
      long memory, boolean haloBorder, double pixelSize, ReadOptions reading) {
    if (memory <= 0) {
      throw notPositive(Option.of("memory"), PythonText.str(memory));
    }
    if (pixelSize <= 0) {
      throw notPositive(Option.of("pixel_size"), PythonText.str(pixelSize));
    }
    this.memory = memory;
    this.haloBorder = haloBorder;
    this.pixelSize = pixelSize;
    this.reading = reading;
  }

  private static ZooException notPositive(Option option, String value) {
    return new ZooException(
        Kind.USAGE,
        option,
        "it must be positive",
        value,
        "a number above 0",
        "leave it out to take what the file or the default says");
  }
}

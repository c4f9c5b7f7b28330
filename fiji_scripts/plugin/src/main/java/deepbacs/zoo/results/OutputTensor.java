package deepbacs.zoo.results;

import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.tensors.Tensor;
import ij.ImagePlus;

/** One output of a package for a whole image. */
public final class OutputTensor {

  public final String id;
  /** Postprocessed; axes {@code tzcyx}, or the output's own where it has an index axis. */
  public final Tensor tensor;
  /** Size of its pixels, which differs from the image's where the network scales. */
  public final Calibration calibration;

  public OutputTensor(String id, Tensor tensor, Calibration calibration) {
    this.id = id;
    this.tensor = tensor;
    this.calibration = calibration;
  }

  /** The output as float32 for a window, as it is written to a file. */
  public ImagePlus image(String title) {
    return Hyperstack.of(this).image(title);
  }
}

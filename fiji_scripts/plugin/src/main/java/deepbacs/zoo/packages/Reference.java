package deepbacs.zoo.packages;

/**
 * A size that another axis decides, not yet looked up.
 *
 * <p>The ratio is given where the description states it (0.4); it is NaN where it follows from the
 * scales of the two axes (0.5). The places are where the description names tensor and axis.
 */
final class Reference {

  final String tensor;
  final String axisId;
  final double offset;
  final Field tensorPlace;
  final Field axisPlace;
  final double ratio;

  Reference(
      String tensor,
      String axisId,
      double offset,
      Field tensorPlace,
      Field axisPlace,
      double ratio) {
    this.tensor = tensor;
    this.axisId = axisId;
    this.offset = offset;
    this.tensorPlace = tensorPlace;
    this.axisPlace = axisPlace;
    this.ratio = ratio;
  }

  /** Whether the description states the ratio, as format 0.4 does. */
  boolean isRatioStated() {
    return !Double.isNaN(ratio);
  }
}

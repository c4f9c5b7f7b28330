package deepbacs.zoo.results;

import deepbacs.zoo.decoding.DetectedBox;

/** One box at its position, in calibrated units. */
public final class BoxRow {

  /** Its number at its position: 1 is the one with the highest score. */
  public final int label;
  /** Its frame and slice, counted from 0. */
  public final int t;

  public final int z;
  /** Its class. */
  public final String name;
  /** Upper left corner in {@link #unit}; that of the image is 0, 0. */
  public final double x;

  public final double y;
  public final double width;
  public final double height;
  /** {@code µm} or {@code pixel}. */
  public final String unit;
  /** In pixels of the image. */
  public final DetectedBox box;

  public BoxRow(
      int label,
      int t,
      int z,
      String name,
      double x,
      double y,
      double width,
      double height,
      String unit,
      DetectedBox box) {
    this.label = label;
    this.t = t;
    this.z = z;
    this.name = name;
    this.x = x;
    this.y = y;
    this.width = width;
    this.height = height;
    this.unit = unit;
    this.box = box;
  }
}

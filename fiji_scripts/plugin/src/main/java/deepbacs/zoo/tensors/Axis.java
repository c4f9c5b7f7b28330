package deepbacs.zoo.tensors;

import java.util.Collections;
import java.util.List;

/** One axis of a tensor. */
public final class Axis {

  /** One of {@code b i t c z y x}. */
  public final char name;
  /** The identifier in the description, for example {@code channel}. */
  public final String id;

  public final Size size;
  /** Pixels at each end that are cropped in tiled prediction; output axes, output pixels. */
  public final int halo;
  /** Size of one pixel in {@link #unit}. */
  public final double scale;
  /** Unit of {@link #scale}, or null. */
  public final String unit;
  /** Names of a channel axis, empty when unknown. */
  public final List<String> channelNames;

  public Axis(
      char name,
      String id,
      Size size,
      int halo,
      double scale,
      String unit,
      List<String> channelNames) {
    this.name = name;
    this.id = id;
    this.size = size;
    this.halo = halo;
    this.scale = scale;
    this.unit = unit;
    this.channelNames = Collections.unmodifiableList(channelNames);
  }

  /** The same axis with another size rule. */
  public Axis sized(Size rule) {
    return new Axis(name, id, rule, halo, scale, unit, channelNames);
  }

  /** True of z, y and x. */
  public boolean isSpace() {
    return "zyx".indexOf(name) >= 0;
  }
}

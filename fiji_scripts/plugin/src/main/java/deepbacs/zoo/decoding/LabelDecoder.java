package deepbacs.zoo.decoding;

import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.Decoding;
import deepbacs.zoo.zooconfig.Foreground;
import deepbacs.zoo.zooconfig.Multilabel;
import deepbacs.zoo.zooconfig.Spline;
import deepbacs.zoo.zooconfig.StarConvex;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** Decodes a plane of an output to a label image, bit for bit as in Python. */
public abstract class LabelDecoder {

  private static final Map<Class<?>, Function<Decoding, LabelDecoder>> TABLE = new HashMap<>();

  static {
    TABLE.put(Multilabel.class, settings -> new MultilabelDecoder((Multilabel) settings));
    TABLE.put(Foreground.class, settings -> new ForegroundDecoder((Foreground) settings));
    TABLE.put(StarConvex.class, settings -> new StarConvexDecoder((StarConvex) settings));
    TABLE.put(Spline.class, settings -> new SplineDecoder((Spline) settings));
  }

  /** The decoder of settings whose result is labels. */
  public static LabelDecoder of(Decoding settings) {
    return TABLE.get(settings.getClass()).apply(settings);
  }

  /**
   * Decodes one plane.
   *
   * @param tensor {@code c y x}, taken as float32
   * @param height of the image, for tensors on a grid; else that of the tensor
   * @param width likewise
   * @return {@code y x}, row by row; 0 is background, objects are numbered 1 to n by their first
   *     pixel
   * @throws deepbacs.zoo.errors.ZooException PACKAGE: the tensor lacks a channel that the settings
   *     name
   */
  public abstract int[] decode(Tensor tensor, int height, int width);

  /** Whether labels are of the image's size, whatever the tensor's is. */
  public boolean isOnGrid() {
    return false;
  }
}

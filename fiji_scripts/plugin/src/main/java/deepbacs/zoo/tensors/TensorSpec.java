package deepbacs.zoo.tensors;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One input or output tensor of a package. */
public final class TensorSpec {

  public final String id;
  /** The axes in the order in which the network takes or gives them. */
  public final List<Axis> axes;
  /** The type in the file, before preprocessing or after postprocessing. */
  public final DType dtype;
  /** Preprocessing of an input, postprocessing of an output. */
  public final List<Step> steps;
  /** The {@code .npy} test tensor, or null. */
  public final FileRef testTensor;

  public final boolean optional;
  /** NumPy's name of how an input is continued beyond its border. */
  public final String padMode;
  /** The value of the mode {@code constant}. */
  public final double padValue;

  public TensorSpec(
      String id,
      List<Axis> axes,
      DType dtype,
      List<Step> steps,
      FileRef testTensor,
      boolean optional,
      String padMode,
      double padValue) {
    this.id = id;
    this.axes = Collections.unmodifiableList(axes);
    this.dtype = dtype;
    this.steps = Collections.unmodifiableList(steps);
    this.testTensor = testTensor;
    this.optional = optional;
    this.padMode = padMode;
    this.padValue = padValue;
  }

  /** The same tensor with other axes. */
  public TensorSpec withAxes(List<Axis> others) {
    return new TensorSpec(id, others, dtype, steps, testTensor, optional, padMode, padValue);
  }

  /** The names of the axes in order, for example {@code bcyx}. */
  public String axisNames() {
    StringBuilder names = new StringBuilder();
    for (Axis axis : axes) {
      names.append(axis.name);
    }
    return names.toString();
  }

  /** The axis of this name, or null. */
  public Axis axis(char axisName) {
    for (Axis axis : axes) {
      if (axis.name == axisName) {
        return axis;
      }
    }
    return null;
  }

  /** The axes z, y and x that there are, in tensor order. */
  public List<Axis> space() {
    List<Axis> space = new ArrayList<>();
    for (Axis axis : axes) {
      if (axis.isSpace()) {
        space.add(axis);
      }
    }
    return space;
  }

  /** True for grey images: one channel, or images without channels. */
  public boolean takesGrey() {
    return axis('c') == null || fixedSize('c') == 1;
  }

  /** The fixed size of an axis, or -1 when it is absent or not fixed. */
  public int fixedSize(char axisName) {
    Axis axis = axis(axisName);
    return axis != null && axis.size.form == Size.Form.FIXED ? axis.size.value : -1;
  }
}

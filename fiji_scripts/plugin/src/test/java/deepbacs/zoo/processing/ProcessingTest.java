package deepbacs.zoo.processing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ProcessingTest {

  private static final Map<String, Tensor> NONE = Collections.emptyMap();

  private static Step step(String name, Object... pairs) {
    Map<String, Object> kwargs = new LinkedHashMap<>();
    for (int index = 0; index < pairs.length; index += 2) {
      kwargs.put((String) pairs[index], pairs[index + 1]);
    }
    return new Step(name, kwargs);
  }

  @TestFactory
  Stream<DynamicTest> stepsThatMakeNoSenseAreRefusedBeforeTheyRun() {
    List<Object> numbers = Arrays.asList(1.0, 2.0, 3.0);
    Step[] steps = {
      step("no_such_step"),
      step("clip"),
      step("clip", "min", 2.0, "max", 1.0),
      step("clip", "min", "a"),
      step("clip", "min", 0.0, "more", 1.0),
      step("binarize"),
      step("binarize", "threshold", "x"),
      step("binarize", "threshold", numbers, "axis", "c"),
      step("binarize", "threshold", Collections.emptyList(), "axis", "c"),
      step("scale_linear", "gain", numbers, "axis", "c"),
      step("scale_linear", "gain", Double.NaN),
      step("scale_linear", "gain", "x"),
      step("scale_linear", "axis", "q", "gain", 1.0),
      step("scale_range", "min_percentile", 90.0, "max_percentile", 10.0),
      step("scale_range", "min_percentile", -5.0),
      step("scale_range", "axes", "q"),
      step("scale_range", "axes", 5L),
      step("scale_range", "eps", -1.0),
      step("zero_mean_unit_variance", "eps", "x"),
      step("fixed_zero_mean_unit_variance"),
      step("fixed_zero_mean_unit_variance", "mean", 1.0, "std", 0.0),
      step("fixed_zero_mean_unit_variance", "mean", numbers, "std", 1.0),
      step("softmax", "axis", "q"),
      step("ensure_dtype", "dtype", "text"),
      step("ensure_dtype"),
      step("sigmoid", "x", 1.0)
    };
    return Arrays.stream(steps)
        .map(
            each ->
                dynamicTest(
                    each.name + " " + each.kwargs,
                    () -> {
                      ZooException error =
                          assertThrows(
                              ZooException.class,
                              () ->
                                  Processing.apply(
                                      Collections.singletonList(each),
                                      Tensor.zeros(DType.FLOAT32, "cyx", 2, 3, 4),
                                      NONE));
                      assertTrue(error.getMessage().contains("; allowed: "));
                    }));
  }

  private static Tensor noise(DType dtype, int... shape) {
    Tensor tensor = Tensor.zeros(dtype, "cyx", shape);
    Random random = new Random(5);
    for (int index = 0; index < tensor.size(); index++) {
      tensor.set(index, dtype.isFloat() ? random.nextGaussian() * 50 : random.nextInt(60000));
    }
    return tensor;
  }

  private static double percentile(double[] sorted, double percent) {
    double place = percent / 100 * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  @TestFactory
  Stream<DynamicTest> percentilesOfLargeTensorsAreThoseOfSortedValues() {
    DType[] types = {DType.UINT8, DType.UINT16, DType.INT16, DType.FLOAT32, DType.FLOAT64};
    return Arrays.stream(types)
        .map(
            dtype ->
                dynamicTest(
                    dtype.numpy(),
                    () -> {
                      Tensor tensor = Tensor.zeros(dtype, "cyx", 2, 300, 301);
                      Tensor noise = noise(DType.FLOAT32, 2, 300, 301);
                      for (int index = 0; index < tensor.size(); index++) {
                        double value = noise.get(index);
                        tensor.set(
                            index, dtype.isFloat() ? value : Math.rint(Math.abs(value)));
                      }
                      Step step =
                          step(
                              "scale_range", "axes", "yx", "min_percentile", 2.5,
                              "max_percentile", 99.1, "eps", 1e-6);
                      Tensor found =
                          Processing.apply(Collections.singletonList(step), tensor, NONE);
                      int size = 300 * 301;
                      for (int channel = 0; channel < 2; channel++) {
                        double[] sorted = new double[size];
                        for (int index = 0; index < size; index++) {
                          sorted[index] = tensor.get(channel * size + index);
                        }
                        Arrays.sort(sorted);
                        double low = percentile(sorted, 2.5);
                        double high = percentile(sorted, 99.1);
                        for (int index = 0; index < size; index += 997) {
                          double value = tensor.get(channel * size + index);
                          double expected = (value - low) / (high - low + 1e-6);
                          assertEquals(expected, found.get(channel * size + index), 1e-5);
                        }
                      }
                    }));
  }

  @Test
  void aStepIsMeasuredOnTheWholeAndAppliedToAPart() {
    Tensor whole = noise(DType.UINT16, 1, 40, 50);
    List<Step> steps = Collections.singletonList(step("zero_mean_unit_variance", "axes", "cyx"));
    Tensor expected = Processing.apply(steps, whole, NONE);
    Tensor part = Tensor.zeros(DType.UINT16, "cyx", 1, 1, 50);
    for (int index = 0; index < 50; index++) {
      part.set(index, whole.get(index));
    }
    Tensor found = Processing.fit(steps, whole, NONE).apply(part);
    for (int index = 0; index < 50; index++) {
      assertEquals(expected.get(index), found.get(index));
    }
  }

  @Test
  void aReferenceTensorLendsItsStatisticsToOtherAxes() {
    Tensor reference = noise(DType.FLOAT32, 2, 30, 20);
    Step step =
        step("scale_range", "axes", "yx", "reference_tensor", "raw", "min_percentile", 0.0);
    Tensor turned = Tensor.zeros(DType.FLOAT32, "yxc", 4, 5, 2);
    Tensor found =
        Processing.apply(
            Collections.singletonList(step),
            turned,
            Collections.singletonMap("raw", reference));
    for (int channel = 0; channel < 2; channel++) {
      double low = Double.MAX_VALUE;
      double high = -Double.MAX_VALUE;
      for (int index = 0; index < 600; index++) {
        low = Math.min(low, reference.get(channel * 600 + index));
        high = Math.max(high, reference.get(channel * 600 + index));
      }
      assertEquals(-low / (high - low + 1e-6), found.get(channel), 1e-5);
    }
    Tensor flat = Tensor.zeros(DType.FLOAT32, "yx", 4, 5);
    assertThrows(
        ZooException.class,
        () ->
            Processing.apply(
                Collections.singletonList(step),
                flat,
                Collections.singletonMap("raw", reference)));
  }

  @Test
  void aListInWhichNothingWasFoundPassesWhereNothingIsComputedOfIt() {
    Tensor none = Tensor.zeros(DType.FLOAT32, "in", 0, 4);
    assertEquals(0, Processing.apply(Collections.emptyList(), none, NONE).size());
    assertThrows(
        ZooException.class,
        () -> Processing.apply(Collections.singletonList(step("sigmoid")), none, NONE));
  }

  @Test
  void valuesThatAreNoNumbersAreRefusedWhereTheyWouldSpoilAll() {
    Tensor tensor = noise(DType.FLOAT32, 1, 4, 5);
    tensor.set(3, Double.NaN);
    for (String name : new String[] {"zero_mean_unit_variance", "scale_range"}) {
      assertThrows(
          ZooException.class,
          () -> Processing.apply(Collections.singletonList(step(name)), tensor, NONE),
          name);
    }
    assertThrows(
        ZooException.class,
        () ->
            Processing.apply(
                Collections.singletonList(step("ensure_dtype", "dtype", "uint8")), tensor, NONE));
  }
}

package deepbacs.zoo.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TensorTest {

  @Test
  void aTensorKnowsItsSizesAndStrides() {
    Tensor tensor = Tensor.zeros(DType.UINT8, "cyx", 2, 3, 4);
    assertEquals(24, tensor.size());
    assertEquals(3, tensor.size('y'));
    assertEquals(1, tensor.size('z'));
    assertArrayEquals(new int[] {12, 4, 1}, tensor.strides());
    assertEquals("Tensor(uint8 cyx [2, 3, 4])", tensor.toString());
    Tensor flat = tensor.reshaped("x", 24);
    flat.set(5, 7);
    assertEquals(7, tensor.get(5));
  }

  @Test
  void wideTypesKeepDoubles() {
    Tensor tensor = Tensor.zeros(DType.FLOAT64, "x", 2);
    tensor.set(0, 0.1);
    assertEquals(0.1, tensor.get(0));
    assertThrows(IllegalStateException.class, tensor::floats);
    assertEquals(2, Tensor.of(DType.FLOAT64, new double[] {1, 2}, "x", 2).size());
  }

  @Test
  void axesAndValuesThatDoNotFitAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Tensor.of(new float[3], "x", 4));
    assertThrows(IllegalArgumentException.class, () -> Tensor.of(new float[3], "yx", 3));
    assertThrows(ArithmeticException.class, () -> Tensor.count(1 << 20, 1 << 20));
  }

  @Test
  void sizesRoundUpToValidOnes() {
    Size size = Size.stepped(16, 8);
    assertEquals(16, size.fit(3));
    assertEquals(24, size.fit(17));
    assertEquals(24, size.fit(24));
    assertEquals(3, Size.referenced("raw", 'y', 0.3 / 0.1, 0).of(1));
    assertEquals(2, Size.floor(2.9999));
  }
}

package deepbacs.zoo.errors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PythonTextTest {

  @Test
  void valuesAreWrittenAsPythonDoes() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", 1L);
    map.put("b", Arrays.asList(1.0, null, true, false));
    assertEquals("{'a': 1, 'b': [1.0, None, True, False]}", PythonText.repr(map));
    assertEquals("'it\\'s \"so\"'", PythonText.repr("it's \"so\""));
    assertEquals("\"it's\"", PythonText.repr("it's"));
    assertEquals("'a\\n\\t\\\\\\x07'", PythonText.repr("a\n\t\\\u0007"));
    assertEquals("plain", PythonText.str("plain"));
    assertEquals("[]", PythonText.str(Collections.emptyList()));
    assertEquals("123456789012345678901234567890",
        PythonText.str(new BigInteger("123456789012345678901234567890")));
  }

  @Test
  void floatsHaveTheirShortestDigits() {
    double[] values = {
      0.1, 1.0, 1e16, 1e15, 123456.75, 1e-5, 0.0001, -0.0, 1e22, 1.5e300, 5e-324, 2.5e-7
    };
    String[] texts = {
      "0.1", "1.0", "1e+16", "1000000000000000.0", "123456.75", "1e-05", "0.0001", "-0.0",
      "1e+22", "1.5e+300", "5e-324", "2.5e-07"
    };
    for (int index = 0; index < values.length; index++) {
      assertEquals(texts[index], PythonText.str(values[index]));
    }
    assertEquals("nan", PythonText.str(Double.NaN));
    assertEquals("inf", PythonText.str(Double.POSITIVE_INFINITY));
    assertEquals("-inf", PythonText.str(Double.NEGATIVE_INFINITY));
  }

  @Test
  void sixDigitsAreThoseOfPythonsG() {
    assertEquals("0.1", PythonFormat.g(0.1));
    assertEquals("123457", PythonFormat.g(123456.7));
    assertEquals("1.23457e+06", PythonFormat.g(1234567));
    assertEquals("1e-05", PythonFormat.g(1e-5));
    assertEquals("0.0001", PythonFormat.g(1e-4));
    assertEquals("0", PythonFormat.g(0));
    assertEquals("3.142", PythonFormat.g(Math.PI, 4));
  }

  @Test
  void shapesAreTuples() {
    assertEquals("(2, 3)", PythonText.tuple(2, 3));
    assertEquals("(2,)", PythonText.tuple(2));
    assertEquals("()", PythonText.tuple());
  }

  @Test
  void longValuesAreCutInTheMiddleOrAtTheirEnd() {
    StringBuilder text = new StringBuilder();
    for (int index = 0; index < 5000; index++) {
      text.append('x');
    }
    assertTrue(PythonText.brief(text.toString()).length() < 500);
    assertEquals("12", PythonText.brief(12L));
  }
}

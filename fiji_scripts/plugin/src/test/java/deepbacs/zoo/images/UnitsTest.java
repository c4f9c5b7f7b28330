package deepbacs.zoo.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import deepbacs.zoo.Golden;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Units as Python reads them, {@code tests/data/pixels/units.json}. */
class UnitsTest {

  @TestFactory
  Stream<DynamicTest> unitsAreThoseOfPython() throws IOException {
    JsonObject golden = Golden.json("pixels/units.json").getAsJsonObject();
    List<DynamicTest> tests = new ArrayList<>();
    add(tests, golden, "lengths", unit -> Units.micrometers(unit, false));
    add(tests, golden, "ome_lengths", unit -> Units.micrometers(unit, true));
    add(tests, golden, "times", unit -> Units.seconds(unit, false));
    add(tests, golden, "ome_times", unit -> Units.seconds(unit, true));
    each(golden, "indices", (unit, expected) ->
        tests.add(
            dynamicTest(
                "index " + unit,
                () -> assertEquals(expected.getAsBoolean(), Units.isIndex(unit)))));
    return tests.stream();
  }

  private static void add(
      List<DynamicTest> tests, JsonObject golden, String kind, ToDoubleFunction<String> read) {
    each(golden, kind, (unit, expected) ->
        tests.add(
            dynamicTest(
                kind + " " + unit,
                () ->
                    assertEquals(
                        expected.isJsonNull() ? Double.NaN : expected.getAsDouble(),
                        read.applyAsDouble(unit)))));
  }

  private static void each(
      JsonObject golden, String kind, java.util.function.BiConsumer<String, JsonElement> take) {
    for (Map.Entry<String, JsonElement> each : golden.getAsJsonObject(kind).entrySet()) {
      take.accept(each.getKey(), each.getValue());
    }
  }

  @Test
  void aUnitIsShownShortAndWithoutEscapes() {
    assertEquals("\u00b5foo", Units.plain(" \\u00B5foo "));
    assertEquals(41, Units.plain(String.join("", java.util.Collections.nCopies(99, "x"))).length());
    assertTrue(Double.isNaN(Units.seconds(null, false)));
  }
}

package deepbacs.zoo.processing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import deepbacs.zoo.Golden;
import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class GoldenVectorsTest {

  @TestFactory
  Stream<DynamicTest> everyChainGivesItsNumbersAndLeavesItsInput() throws IOException {
    return Golden.entries("processing/golden.json").stream()
        .map(entry -> dynamicTest(names(entry), () -> check(entry)));
  }

  static List<Step> steps(JsonElement list) {
    List<Step> steps = new ArrayList<>();
    for (JsonElement each : list.getAsJsonArray()) {
      JsonObject step = each.getAsJsonObject();
      steps.add(
          new Step(step.get("name").getAsString(), Golden.map(step.getAsJsonObject("kwargs"))));
    }
    return steps;
  }

  private static String names(JsonObject entry) {
    List<String> names = new ArrayList<>();
    steps(entry.get("steps")).forEach(step -> names.add(step.name));
    return String.join(", ", names) + " of " + entry.getAsJsonObject("input").get("dtype");
  }

  private static void check(JsonObject entry) {
    String axes = entry.get(entry.has("axes") ? "axes" : "letters").getAsString();
    Tensor input = Golden.tensor(entry.getAsJsonObject("input"), axes);
    Tensor before = Golden.tensor(entry.getAsJsonObject("input"), axes);
    Map<String, Tensor> references = new LinkedHashMap<>();
    if (entry.has("references")) {
      for (Map.Entry<String, JsonElement> each :
          entry.getAsJsonObject("references").entrySet()) {
        JsonObject tensor = each.getValue().getAsJsonObject();
        String own = tensor.get(tensor.has("axes") ? "axes" : "letters").getAsString();
        references.put(each.getKey(), Golden.tensor(tensor, own));
      }
    }
    Tensor found = Processing.apply(steps(entry.get("steps")), input, references);
    Tensor expected = Golden.tensor(entry.getAsJsonObject("expected"), axes);
    assertEquals(expected.dtype, found.dtype);
    assertArrayEquals(expected.shape(), found.shape());
    for (int index = 0; index < expected.size(); index++) {
      double value = expected.get(index);
      assertEquals(value, found.get(index), 1e-6 + 1e-6 * Math.abs(value));
    }
    for (int index = 0; index < input.size(); index++) {
      assertEquals(before.get(index), input.get(index));
    }
  }
}

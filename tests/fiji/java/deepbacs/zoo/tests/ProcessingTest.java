package deepbacs.zoo.tests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.processing.Processing;
import deepbacs.zoo.tensors.Step;
import deepbacs.zoo.tensors.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs chains of steps, entries of the golden vectors and others in their form. */
public final class ProcessingTest {

  private ProcessingTest() {}

  public static void main(String[] arguments) throws Exception {
    JsonArray answers = new JsonArray();
    for (JsonElement entry : Json.request().getAsJsonArray()) {
      try {
        answers.add(Json.of(run(entry.getAsJsonObject())));
      } catch (ZooException error) {
        answers.add(Json.of(error));
      }
    }
    Json.answer(answers);
  }

  private static Tensor run(JsonObject entry) {
    List<Step> steps = Json.steps(entry.getAsJsonArray("steps"));
    String axes = entry.get("letters").getAsString();
    Tensor input = Json.tensor(entry.getAsJsonObject("input"), axes);
    Map<String, Tensor> references = new LinkedHashMap<>();
    if (entry.has("references")) {
      for (Map.Entry<String, JsonElement> other :
          entry.getAsJsonObject("references").entrySet()) {
        JsonObject tensor = other.getValue().getAsJsonObject();
        references.put(
            other.getKey(), Json.tensor(tensor, tensor.get("letters").getAsString()));
      }
    }
    JsonElement before = Json.of(input);
    Tensor result =
        entry.has("crop")
            ? Processing.fit(steps, input, references)
                .apply(Json.tensor(entry.getAsJsonObject("crop"), axes))
            : Processing.apply(steps, input, references);
    if (!Json.of(input).equals(before)) {
      throw new IllegalStateException("the input was changed by " + entry.get("steps"));
    }
    return result;
  }
}

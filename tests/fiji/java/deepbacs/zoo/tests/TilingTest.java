package deepbacs.zoo.tests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.tensors.Size;
import deepbacs.zoo.tiling.AxisRule;
import deepbacs.zoo.tiling.Planner;
import deepbacs.zoo.tiling.Tile;
import deepbacs.zoo.tiling.TilePlan;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Plans a list of cases, written as in the golden plans, with {@code others} besides. */
public final class TilingTest {

  private TilingTest() {}

  public static void main(String[] arguments) {
    JsonArray answers = new JsonArray();
    for (JsonElement each :
        JsonParser.parseReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
            .getAsJsonArray()) {
      answers.add(solve(each.getAsJsonObject()));
    }
    System.out.println(answers);
  }

  private static JsonObject solve(JsonObject request) {
    List<List<AxisRule>> others = new ArrayList<>();
    JsonObject answer;
    try {
      if (request.has("others")) {
        for (JsonElement other : request.getAsJsonArray("others")) {
          others.add(rules(other));
        }
      }
      TilePlan plan =
          Planner.plan(
              ints(request.get("image_shape")),
              rules(request.get("rules")),
              request.get("budget").getAsLong(),
              request.get("bytes_per_pixel").getAsDouble(),
              request.get("border").getAsString().equals("halo"),
              others);
      answer = described(plan);
      JsonArray further = new JsonArray();
      for (List<AxisRule> other : others) {
        JsonObject entry = described(plan.towards(other));
        JsonArray reads = new JsonArray();
        plan.readsOf(other).forEach(read -> reads.add(json(read)));
        entry.add("reads", reads);
        further.add(entry);
      }
      answer.add("others", further);
    } catch (ZooException error) {
      answer = new JsonObject();
      answer.addProperty("error", error.kind.python);
      answer.addProperty("message", error.getMessage());
    }
    return answer;
  }

  private static JsonObject described(TilePlan plan) {
    JsonObject answer = new JsonObject();
    answer.add("padded_shape", json(plan.paddedShape));
    answer.add("before", json(plan.before));
    answer.add("after", json(plan.after()));
    answer.add("tile_shape", json(plan.tileShape));
    answer.add("starts", json(plan.starts));
    answer.add("padded_output_shape", json(plan.paddedOutputShape));
    answer.add("output_shape", json(plan.outputShape));
    answer.add("crop", json(plan.crop));
    answer.addProperty("processed", plan.processed);
    answer.addProperty("needed", plan.needed);
    answer.addProperty("whole", plan.whole());
    JsonArray tiles = new JsonArray();
    for (Tile tile : plan.tiles) {
      JsonArray entry = new JsonArray();
      entry.add(json(tile.read));
      entry.add(json(tile.keep));
      entry.add(json(tile.write));
      tiles.add(entry);
    }
    answer.add("tiles", tiles);
    return answer;
  }

  private static List<AxisRule> rules(JsonElement list) {
    List<AxisRule> rules = new ArrayList<>();
    for (JsonElement each : list.getAsJsonArray()) {
      JsonObject rule = each.getAsJsonObject();
      rules.add(
          new AxisRule(
              size(rule.getAsJsonObject("size")),
              rule.get("halo").getAsInt(),
              rule.get("scale").getAsDouble(),
              rule.get("offset").getAsDouble()));
    }
    return rules;
  }

  private static Size size(JsonObject size) {
    switch (size.get("kind").getAsString()) {
      case "fixed":
        return Size.fixed(size.get("value").getAsInt());
      case "stepped":
        return Size.stepped(size.get("min").getAsInt(), size.get("step").getAsInt());
      default:
        JsonElement max = size.get("max");
        int most = max.isJsonNull() ? Size.UNLIMITED : max.getAsInt();
        return Size.free(size.get("min").getAsInt(), most);
    }
  }

  private static int[] ints(JsonElement list) {
    JsonArray array = list.getAsJsonArray();
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).getAsInt();
    }
    return values;
  }

  private static JsonArray json(int[] values) {
    JsonArray array = new JsonArray();
    for (int value : values) {
      array.add(value);
    }
    return array;
  }

  private static JsonArray json(int[][] values) {
    JsonArray array = new JsonArray();
    for (int[] value : values) {
      array.add(json(value));
    }
    return array;
  }
}

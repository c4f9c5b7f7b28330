package deepbacs.zoo.tiling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import deepbacs.zoo.Golden;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.Size;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PlannerTest {

  @TestFactory
  Stream<DynamicTest> goldenPlansComeOutExactly() throws IOException {
    JsonElement plans = Golden.json("tiling/plans.json").getAsJsonObject().get("plans");
    return StreamSupport.stream(plans.getAsJsonArray().spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .map(entry -> dynamicTest(entry.get("name").getAsString(), () -> check(entry)));
  }

  private static TilePlan plan(JsonObject entry) {
    List<AxisRule> rules = new ArrayList<>();
    for (JsonElement each : entry.getAsJsonArray("rules")) {
      JsonObject rule = each.getAsJsonObject();
      rules.add(
          new AxisRule(
              size(rule.getAsJsonObject("size")),
              rule.get("halo").getAsInt(),
              rule.get("scale").getAsDouble(),
              rule.get("offset").getAsDouble()));
    }
    JsonElement bytes =
        entry.get(entry.has("bytes_per_pixel") ? "bytes_per_pixel" : "peak_bytes_per_pixel");
    return Planner.plan(
        Golden.ints(entry.get("image_shape")),
        rules,
        entry.get("budget").getAsLong(),
        bytes.getAsDouble(),
        entry.get("border").getAsString().equals("halo"),
        Collections.<List<AxisRule>>emptyList());
  }

  private static Size size(JsonObject size) {
    switch (size.get("kind").getAsString()) {
      case "fixed":
        return Size.fixed(size.get("value").getAsInt());
      case "stepped":
        return Size.stepped(size.get("min").getAsInt(), size.get("step").getAsInt());
      default:
        JsonElement max = size.get("max");
        return Size.free(
            size.get("min").getAsInt(), max.isJsonNull() ? Size.UNLIMITED : max.getAsInt());
    }
  }

  private static void check(JsonObject entry) {
    JsonObject expected = entry.getAsJsonObject("expected");
    if (expected.has("error")) {
      ZooException error = assertThrows(ZooException.class, () -> plan(entry));
      assertEquals(expected.get("error").getAsString(), error.kind.python);
      return;
    }
    TilePlan plan = plan(entry);
    assertArrayEquals(Golden.ints(expected.get("padded_shape")), plan.paddedShape);
    assertArrayEquals(Golden.ints(expected.get("before")), plan.before);
    assertArrayEquals(Golden.ints(expected.get("tile_shape")), plan.tileShape);
    assertArrayEquals(Golden.ints(expected.get("output_shape")), plan.outputShape);
    assertArrayEquals(Golden.ints(expected.get("padded_output_shape")), plan.paddedOutputShape);
    for (int axis = 0; axis < plan.starts.length; axis++) {
      assertArrayEquals(
          Golden.ints(expected.getAsJsonArray("starts").get(axis)), plan.starts[axis]);
      assertArrayEquals(Golden.ints(expected.getAsJsonArray("crop").get(axis)), plan.crop[axis]);
    }
    assertEquals(expected.get("tiles").getAsInt(), plan.tiles.size());
    assertEquals(expected.get("processed").getAsLong(), plan.processed);
    assertEquals(expected.get("needed").getAsLong(), plan.needed);
    assertTrue(plan.cost() >= 1);
  }

  @Test
  void tilesReadInsideTheContinuedImageAndWriteEveryPixelOnce() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      List<AxisRule> rules = new ArrayList<>();
      int[] shape = {1 + random.nextInt(300), 1 + random.nextInt(300)};
      for (int axis = 0; axis < 2; axis++) {
        Size size = Size.stepped(8 + random.nextInt(40), 1 + random.nextInt(16));
        rules.add(new AxisRule(size, random.nextInt(12), 1 + random.nextInt(2), 0));
      }
      boolean border = random.nextBoolean();
      long budget = 40_000 + random.nextInt(60_000);
      TilePlan plan = Planner.plan(shape, rules, budget, 1, border, Collections.emptyList());
      int[] written = new int[plan.paddedOutputShape[0] * plan.paddedOutputShape[1]];
      for (Tile tile : plan.tiles) {
        for (int axis = 0; axis < 2; axis++) {
          assertTrue(tile.read[axis][0] >= 0);
          assertTrue(tile.read[axis][1] <= plan.paddedShape[axis]);
          assertEquals(plan.tileShape[axis], tile.read[axis][1] - tile.read[axis][0]);
          assertEquals(
              tile.write[axis][1] - tile.write[axis][0], tile.keep[axis][1] - tile.keep[axis][0]);
        }
        for (int y = tile.write[0][0]; y < tile.write[0][1]; y++) {
          for (int x = tile.write[1][0]; x < tile.write[1][1]; x++) {
            written[y * plan.paddedOutputShape[1] + x]++;
          }
        }
      }
      for (int times : written) {
        assertEquals(1, times);
      }
      assertEquals(plan.tiles.size() == 1, plan.whole());
    }
  }

  @Test
  void aBudgetBelowTheSmallestTileIsRefusedWithItsOption() {
    List<AxisRule> rules =
        Collections.nCopies(2, new AxisRule(Size.stepped(64, 16), 0, 1, 0));
    ZooException error =
        assertThrows(
            ZooException.class,
            () ->
                Planner.plan(
                    new int[] {500, 500}, rules, 1000, 10, false, Collections.emptyList()));
    assertEquals(Kind.HOST, error.kind);
    assertTrue(error.getMessage().contains("memory"), error.getMessage());
  }
}

package deepbacs.zoo.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import deepbacs.zoo.Golden;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.zooconfig.AnchorBoxes;
import deepbacs.zoo.zooconfig.Decoding;
import deepbacs.zoo.zooconfig.ZooConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GoldenDecodingTest {

  /** The file of golden vectors and the name of its kind in the description. */
  private static final String[][] KINDS = {
    {"multilabel", "multilabel"},
    {"foreground", "foreground"},
    {"stars", "stars"},
    {"splines", "splines"}
  };

  /** What stands for a value or a label from 1 on in the vectors of levels. */
  private static final String NAMES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  @TestFactory
  Stream<DynamicTest> labelsAreThoseOfTheGoldenVectors() {
    return Arrays.stream(KINDS)
        .flatMap(
            kind ->
                entries(kind[0]).stream()
                    .map(
                        entry ->
                            dynamicTest(
                                kind[0] + ": " + entry.get("name").getAsString(),
                                () -> checkLabels(kind[1], entry))));
  }

  @TestFactory
  Stream<DynamicTest> boxesAreThoseOfTheGoldenVectors() {
    return entries("boxes").stream()
        .map(entry -> dynamicTest(entry.get("name").getAsString(), () -> checkBoxes(entry)));
  }

  @TestFactory
  Stream<DynamicTest> planesWithBridgesAreSplitAsInTheGoldenVectors() {
    List<JsonObject> all = entries("levels");
    assertEquals(400, all.size());
    return all.stream()
        .map(entry -> dynamicTest(entry.get("kind").getAsString(), () -> checkLevels(entry)));
  }

  private static void checkLevels(JsonObject entry) {
    JsonArray channels = entry.getAsJsonArray("tensor");
    JsonArray rows = channels.get(0).getAsJsonArray();
    int height = rows.size();
    int width = rows.get(0).getAsString().length();
    Tensor tensor = Tensor.zeros(DType.FLOAT32, "cyx", channels.size(), height, width);
    for (int index = 0; index < tensor.size(); index++) {
      JsonArray channel = channels.get(index / (height * width)).getAsJsonArray();
      String row = channel.get(index / width % height).getAsString();
      int value = NAMES.indexOf(row.charAt(index % width));
      tensor.set(index, value < 0 ? Double.NaN : entry.getAsJsonArray("values").get(value).getAsDouble());
    }
    int[] expected = new int[height * width];
    for (int index = 0; index < expected.length; index++) {
      String row = entry.getAsJsonArray("labels").get(index / width).getAsString();
      // A dot, which is none of the names, is 0.
      expected[index] = 1 + NAMES.indexOf(row.charAt(index % width));
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("schema_version", 2L);
    config.put("decode", block(entry.get("kind").getAsString(), entry.getAsJsonObject("settings")));
    LabelDecoder decoder = LabelDecoder.of(ZooConfig.read(config).decode);
    assertArrayEquals(expected, decoder.decode(tensor, height, width));
  }

  @Test
  void levelsThatDoNotAscendAreRefused() {
    for (Object wrong :
        Arrays.asList(0.5, Arrays.asList(0.5, 0.5), Arrays.asList(0.7, 0.6), Arrays.asList(1L))) {
      for (String kind : new String[] {"multilabel", "foreground"}) {
        Map<String, Object> block = new LinkedHashMap<>();
        block.put("kind", kind);
        block.put("output", "p");
        block.put("split_levels", wrong);
        ZooException error = assertThrows(ZooException.class, () -> read(block));
        String allowed = "a list of numbers between 0 and 1, ascending";
        assertTrue(error.getMessage().contains(allowed), error.getMessage());
      }
    }
  }

  private static List<JsonObject> entries(String kind) {
    try {
      return Golden.entries("decoding/" + kind + ".json");
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private static Map<String, Object> block(String kind, JsonObject settings) {
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("kind", kind);
    block.putAll(Golden.map(settings));
    return block;
  }

  private static Decoding read(Map<String, Object> block) {
    return ZooConfig.read(Collections.singletonMap("decode", block)).decode;
  }

  private static Tensor tensor(JsonObject entry) {
    JsonElement values = entry.get(entry.has("tensor") ? "tensor" : "probabilities");
    return Golden.tensor(DType.FLOAT32, "cyx", Golden.ints(entry.get("shape")), values);
  }

  private static void checkLabels(String kind, JsonObject entry) {
    LabelDecoder decoding = LabelDecoder.of(read(block(kind, entry.getAsJsonObject("settings"))));
    int[] shape = Golden.ints(entry.get("shape"));
    JsonObject settings = entry.getAsJsonObject("settings");
    int grid = settings.has("grid") ? settings.get("grid").getAsInt() : 1;
    boolean stated = entry.has("size") && !entry.get("size").isJsonNull();
    int[] size =
        stated ? Golden.ints(entry.get("size")) : new int[] {shape[1] * grid, shape[2] * grid};
    assertArrayEquals(
        Golden.ints(entry.get("labels")), decoding.decode(tensor(entry), size[0], size[1]));
  }

  private static void checkBoxes(JsonObject entry) {
    AnchorBoxes decoding =
        (AnchorBoxes) read(block("boxes", entry.getAsJsonObject("settings")));
    int[] size = Golden.ints(entry.get("size"));
    List<DetectedBox> found = BoxDecoder.decode(decoding, tensor(entry), size[0], size[1]).boxes;
    JsonArray expected = entry.getAsJsonArray("boxes");
    assertEquals(expected.size(), found.size());
    for (int index = 0; index < found.size(); index++) {
      DetectedBox box = found.get(index);
      JsonArray row = expected.get(index).getAsJsonArray();
      double[] corners = {box.x0, box.y0, box.x1, box.y1};
      for (int corner = 0; corner < corners.length; corner++) {
        assertEquals(row.get(corner).getAsDouble(), corners[corner]);
      }
      assertEquals(row.get(4).getAsInt(), box.classIndex);
      assertEquals((float) row.get(5).getAsDouble(), box.score);
    }
  }

  @Test
  void aPackageWithoutTheBlockIsNotDecoded() {
    assertNull(ZooConfig.read(Collections.emptyMap()).decode);
  }

  /** Every setting of every kind: one that is missing has a default or is asked for. */
  @TestFactory
  Stream<DynamicTest> settingsOfAWrongKindAreRefusedWithTheirPlace() {
    String[][] all = {KINDS[0], KINDS[1], KINDS[2], KINDS[3], {"boxes", "boxes"}};
    return Arrays.stream(all)
        .flatMap(
            kind -> {
              JsonObject settings = entries(kind[0]).get(0).getAsJsonObject("settings");
              return settings.keySet().stream()
                  .map(key -> dynamicTest(kind[0] + "." + key, () -> refuse(kind[1], settings, key)));
            });
  }

  private static void refuse(String kind, JsonObject settings, String key) {
    List<Object> wrong = Arrays.asList(-1e9, Arrays.asList(Arrays.asList(1L)), true, Double.NaN);
    for (Object value : wrong) {
      Map<String, Object> block = block(kind, settings);
      block.put(key, value);
      ZooException error = assertThrows(ZooException.class, () -> read(block), String.valueOf(value));
      assertEquals(Kind.PACKAGE, error.kind);
      assertTrue(error.getMessage().contains("decode"), error.getMessage());
    }
  }

  @Test
  void anUnknownKindIsRefusedWithThoseThatThereAre() {
    for (Object kind : Arrays.asList("star", 3L, Arrays.asList("stars"))) {
      Map<String, Object> block = new LinkedHashMap<>();
      block.put("kind", kind);
      block.put("output", "p");
      ZooException error = assertThrows(ZooException.class, () -> read(block));
      assertTrue(error.getMessage().contains("multilabel"), error.getMessage());
    }
    assertThrows(
        ZooException.class,
        () -> ZooConfig.read(Collections.singletonMap("decode", "multilabel")));
  }

  @Test
  void aTensorWithTooFewChannelsIsRefused() {
    for (String[] kind : new String[][] {KINDS[0], KINDS[1], KINDS[2], KINDS[3]}) {
      Map<String, Object> block = block(kind[1], entries(kind[0]).get(0).getAsJsonObject("settings"));
      if (kind[0].equals("foreground")) {
        block.put("channel", 4L);
      }
      LabelDecoder decoding = LabelDecoder.of(read(block));
      Tensor tensor = Tensor.zeros(DType.FLOAT32, "cyx", 1, 8, 8);
      assertThrows(ZooException.class, () -> decoding.decode(tensor, 8, 8), kind[0]);
    }
  }

  @Test
  void aTensorBroughtUpToTheSizeOfTheImageGivesTheSameLabels() {
    int checked = 0;
    for (JsonObject entry : entries("stars")) {
      JsonObject settings = entry.getAsJsonObject("settings");
      int grid = settings.get("grid").getAsInt();
      if (grid == 1) {
        continue;
      }
      Tensor small = tensor(entry);
      int[] shape = small.shape();
      int height = shape[1] * grid;
      int width = shape[2] * grid;
      Tensor large = Tensor.zeros(DType.FLOAT32, "cyx", shape[0], height, width);
      for (int index = 0; index < large.size(); index++) {
        int channel = index / (height * width);
        int y = index / width % height / grid;
        int x = index % width / grid;
        large.set(index, small.get((channel * shape[1] + y) * shape[2] + x));
      }
      LabelDecoder decoder = LabelDecoder.of(read(block("stars", settings)));
      assertTrue(decoder.isOnGrid());
      assertArrayEquals(
          decoder.decode(small, height, width), decoder.decode(large, height, width));
      checked++;
    }
    assertTrue(checked > 0);
  }
}

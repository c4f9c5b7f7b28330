package deepbacs.zoo.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import deepbacs.zoo.Golden;
import deepbacs.zoo.errors.ZooException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Images of small files as Python reads them: {@code tests/data/series} and {@code pixels}. */
class GoldenImagesTest {

  private static final double ROUNDING = 1e-9;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> imagesOfFilesAreThoseOfPython() throws IOException {
    Golden.unpack("series/files.zip", folder);
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonObject row : Golden.entries("series/cases.json")) {
      String file = row.get("file").getAsString();
      for (Map.Entry<String, JsonElement> read : row.getAsJsonObject("read").entrySet()) {
        String series = read.getKey();
        ReadOptions options =
            series.isEmpty()
                ? ReadOptions.AS_IT_IS
                : new ReadOptions(Integer.valueOf(series), null);
        JsonObject expected = read.getValue().getAsJsonObject();
        tests.add(dynamicTest(file + " " + series, () -> series(row, file, options, expected)));
      }
    }
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> pixelsOfFilesAreThoseOfPython() throws IOException {
    Golden.unpack("pixels/files.zip", folder);
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonObject row : Golden.entries("pixels/cases.json")) {
      String file = row.get("file").getAsString();
      String channel = row.has("channel") ? row.get("channel").getAsString() : null;
      JsonObject expected = row.getAsJsonObject("image");
      tests.add(
          dynamicTest(
              file + (channel == null ? "" : " " + channel),
              () -> pixels(folder.resolve(file), new ReadOptions(null, channel), expected)));
    }
    return tests.stream();
  }

  private void series(JsonObject row, String file, ReadOptions options, JsonObject expected) {
    Path path = folder.resolve(file);
    if (row.has("refused")) {
      String message = assertThrows(ZooException.class, () -> read(path, options)).getMessage();
      String kind = "(" + row.get("refused").getAsString() + "); allowed: ";
      assertTrue(message.contains(kind), message);
      return;
    }
    if (expected.has("error")) {
      assertRefused(path, options, expected);
      return;
    }
    ZooImage image = read(path, options);
    assertEquals(expected.get("shape").getAsString(), image.shape.toString());
    assertEquals(expected.get("rgb").getAsBoolean(), image.shape.rgb);
    assertValues(expected.getAsJsonArray("planes"), image, 1);
    double size = expected.has("pixel") ? expected.get("pixel").getAsDouble() : Double.NaN;
    assertEquals(size, image.calibration.x, ROUNDING);
    assertFindings(path, expected, image);
  }

  private static void pixels(Path path, ReadOptions options, JsonObject expected) {
    if (expected.has("error")) {
      assertRefused(path, options, expected);
      return;
    }
    ZooImage image = read(path, options);
    assertEquals(expected.get("shape").getAsString(), image.shape.toString());
    assertEquals(expected.get("dtype").getAsString(), image.shape.dtype.numpy());
    assertEquals(expected.get("rgb").getAsBoolean(), image.shape.rgb);
    assertValues(
        expected.getAsJsonArray("values"), image, image.shape.height * image.shape.width);
    Calibration found = image.calibration;
    double[] sizes = {found.x, found.y, found.z, found.frameInterval};
    for (int index = 0; index < sizes.length; index++) {
      JsonElement size = expected.getAsJsonArray("sizes").get(index);
      if (size.isJsonNull()) {
        assertTrue(Double.isNaN(sizes[index]));
      } else {
        assertEquals(1, sizes[index] / size.getAsDouble(), ROUNDING);
      }
    }
    assertFindings(path, expected, image);
  }

  private static ZooImage read(Path path, ReadOptions options) {
    try (ImageSource source = ImageSource.of(path, options)) {
      return source.read();
    }
  }

  private static void assertRefused(Path path, ReadOptions options, JsonObject expected) {
    ZooException error = assertThrows(ZooException.class, () -> read(path, options));
    assertEquals(expected.get("error").getAsString(), error.kind.python);
    assertEquals(expected.get("message").getAsString(), named(path, error.getMessage()));
  }

  /** Compares the first values of each plane, in the order t z c. */
  private static void assertValues(JsonArray expected, ZooImage image, int ofEach) {
    int at = 0;
    for (int frame = 0; frame < image.shape.frames; frame++) {
      for (int slice = 0; slice < image.shape.slices; slice++) {
        for (int channel = 0; channel < image.shape.channels; channel++) {
          Plane plane = image.plane(frame, slice, channel);
          for (int index = 0; index < ofEach; index++) {
            assertEquals(expected.get(at++).getAsDouble(), plane.get(index));
          }
        }
      }
    }
    assertEquals(expected.size(), at);
  }

  private static void assertFindings(Path path, JsonObject expected, ZooImage image) {
    List<String> found = new ArrayList<>();
    image.findings.forEach(each -> found.add(named(path, each.rule.id + ": " + each)));
    List<String> known = new ArrayList<>();
    expected.getAsJsonArray("findings").forEach(each -> known.add(each.getAsString()));
    assertEquals(known, found);
  }

  /** A sentence with the name of the file in place of its path. */
  private static String named(Path path, String sentence) {
    return sentence.replace(path.toString(), String.valueOf(path.getFileName()));
  }
}

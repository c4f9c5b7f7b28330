package deepbacs.zoo.plugin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import deepbacs.zoo.Golden;
import deepbacs.zoo.images.ImageReader;
import deepbacs.zoo.images.ZooImage;
import deepbacs.zoo.options.Option;
import ij.IJ;
import ij.ImagePlus;
import ij.Macro;
import ij.WindowManager;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The command as a macro runs it, without a window. */
class RunPluginTest {

  @TempDir Path folder;

  /** Runs the command with the options of a macro and returns its report. */
  private static JsonObject run(String options) {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    // ImageJ keeps the options of a macro for the thread of this name.
    Thread thread =
        new Thread(
            () -> {
              Macro.setOptions(options);
              try {
                new RunPlugin().run("");
              } catch (RuntimeException error) {
                if (!Macro.MACRO_CANCELED.equals(error.getMessage())) {
                  failed.set(error);
                }
              } finally {
                Macro.setOptions(null);
              }
            },
            "Run$_test");
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException error) {
      throw new IllegalStateException(error);
    }
    assertEquals(null, failed.get());
    return JsonParser.parseString(Report.json()).getAsJsonObject();
  }

  private static String line(String model, String image, Path output) {
    return "model_path=["
        + Golden.path("packages/" + model)
        + "] input_path=["
        + Golden.path("packages/" + image)
        + "] output_folder=["
        + output
        + "]";
  }

  private static void assertOk(JsonObject report) {
    assertEquals("ok", report.get("status").getAsString(), report.toString());
  }

  private void assertSameFile(String name) throws IOException {
    Path expected = Golden.path("packages/results/" + name);
    Path found = folder.resolve("out").resolve(name);
    if (name.endsWith(".png")) {
      BufferedImage ours = ImageIO.read(found.toFile());
      BufferedImage theirs = ImageIO.read(expected.toFile());
      assertEquals(theirs.getWidth(), ours.getWidth());
      assertEquals(theirs.getHeight(), ours.getHeight());
    } else if (name.endsWith(".tif")) {
      ZooImage ours = ImageReader.read(found);
      ZooImage theirs = ImageReader.read(expected);
      assertEquals(theirs.shape.toString(), ours.shape.toString());
      for (int frame = 0; frame < ours.shape.frames; frame++) {
        for (int index = 0; index < ours.shape.height * ours.shape.width; index++) {
          assertEquals(
              theirs.plane(frame, 0, 0).get(index), ours.plane(frame, 0, 0).get(index));
        }
      }
    } else {
      assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(found), name);
    }
  }

  @Test
  void labelsRoisAndTableAreTheFilesOfPython() throws IOException {
    JsonObject report = run(line("spots.zip", "cells.tif", folder.resolve("out")));
    assertOk(report);
    assertEquals(9, report.get("objects").getAsInt());
    for (String name : new String[] {"labels.tif", "rois.zip", "table.csv", "overlay.png"}) {
      assertSameFile("cells_" + name);
    }
    assertTrue(report.get("engine").getAsString().startsWith("onnxruntime"));
    assertEquals("cells", Report.stem());
    assertEquals("", Report.error());
  }

  @Test
  void boxesRoisAndCountsAreTheFilesOfPython() throws IOException {
    JsonObject report = run(line("boxes.zip", "movie.tif", folder.resolve("out")));
    assertOk(report);
    assertEquals(7, report.get("boxes").getAsInt());
    for (String name : new String[] {"rois.zip", "table.csv", "counts.csv", "overlay.png"}) {
      assertSameFile("movie_" + name);
    }
  }

  @Test
  void tilesGiveTheLabelsOfOnePass() throws IOException {
    JsonObject report =
        run(line("spots.zip", "cells.tif", folder.resolve("out")) + " memory=600kB");
    assertOk(report);
    assertTrue(report.get("tiles").getAsInt() > 1, report.toString());
    assertSameFile("cells_labels.tif");
  }

  @Test
  void aHaloBorderAndAPixelSizeAreTakenAndTheDifferenceIsAFinding() {
    JsonObject report =
        run(
            line("spots.zip", "cells.tif", folder.resolve("out"))
                + " border=halo pixel_size=0.2");
    assertOk(report);
    assertTrue(report.get("findings").toString().contains("0.08"), report.toString());
  }

  @Test
  void resultsThatExistAreRefusedSkippedOrReplaced() {
    String line = line("spots.zip", "cells.tif", folder.resolve("out"));
    assertOk(run(line));
    assertEquals("OutputExistsError", kind(run(line)));
    JsonObject skipped = run(line + " skip_existing");
    assertOk(skipped);
    assertTrue(skipped.get("skipped").getAsBoolean());
    JsonObject again = run(line + " overwrite");
    assertOk(again);
    assertFalse(again.get("skipped").getAsBoolean());
    assertTrue(again.get("loaded").isJsonPrimitive());
  }

  @Test
  void theActiveImageIsRunWhereNoPathIsGiven() {
    ImagePlus image = IJ.openImage(Golden.path("packages/cells.tif").toString());
    WindowManager.setTempCurrentImage(Thread.currentThread(), image);
    JsonObject report =
        run(
            "model_path=["
                + Golden.path("packages/spots.zip")
                + "] output_folder=["
                + folder.resolve("out")
                + "]");
    // The active image belongs to a thread: that of the command has none.
    assertEquals("UsageError", kind(report));
    assertTrue(Report.error().contains("no image open"), Report.error());
    WindowManager.setTempCurrentImage(Thread.currentThread(), null);
  }

  private static String kind(JsonObject report) {
    assertEquals("error", report.get("status").getAsString(), report.toString());
    return report.getAsJsonObject("error").get("kind").getAsString();
  }

  @TestFactory
  Stream<DynamicTest> badOptionsAreOneSentenceEach() {
    String good = line("spots.zip", "cells.tif", folder.resolve("out"));
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put(good + " border=wide", "UsageError");
    lines.put(good + " memory=lots", "UsageError");
    lines.put(good + " memory=1kB", "HostError");
    lines.put(good + " memory=0", "UsageError");
    lines.put(good + " pixel_size=-1", "UsageError");
    lines.put(good + " pixel_size=x", "UsageError");
    lines.put(good + " nonsense=1", "UsageError");
    lines.put(good + " rescale=auto", "UnsupportedError");
    lines.put(good + " overwrite=false", "UsageError");
    lines.put("model_path=[x.zip] output_folder=[y] keep_going", "UsageError");
    lines.put("output_folder=[y]", "UsageError");
    lines.put(line("missing.zip", "cells.tif", folder.resolve("out")), "UsageError");
    lines.put(line("spots.zip", "missing.tif", folder.resolve("out")), "UsageError");
    lines.put(line("spots.zip", "packages.json", folder.resolve("out")), "UsageError");
    return lines.entrySet().stream()
        .map(
            each ->
                dynamicTest(
                    each.getKey().replaceAll("\\[[^\\]]*/", "["),
                    () -> {
                      JsonObject report = run(each.getKey());
                      assertEquals(each.getValue(), kind(report), report.toString());
                      assertTrue(Report.error().endsWith("."), Report.error());
                      assertFalse(Files.exists(folder.resolve("out")));
                    }));
  }

  @Test
  void withoutOptionsAndWithoutAWindowTheCommandAsksForThem() {
    JsonObject report = run(null);
    assertEquals("UsageError", kind(report));
    assertTrue(Report.error().contains("needs its options"), Report.error());
  }

  // --- options ---------------------------------------------------------------------------------

  @Test
  void optionsAreReadAsImageJReadsThem() {
    Map<String, String> found = OptionText.parse("a=1 b=[two words] c d=[x [y] z]  e=");
    assertEquals("1", found.get("a"));
    assertEquals("two words", found.get("b"));
    assertEquals("", found.get("c"));
    assertEquals("x [y] z", found.get("d"));
    assertEquals("", found.get("e"));
    assertEquals("open", OptionText.parse("a=[open").get("a"));
  }

  @Test
  void recordedOptionsLeaveOutWhatIsUsual() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("model_path", "m.zip");
    values.put("input_path", "");
    values.put("memory", "4GiB");
    values.put("border", "none");
    values.put("pixel_size", "0.1");
    values.put("overwrite", "");
    assertEquals("[model_path, pixel_size, overwrite]", RunOptions.recorded(values).keySet().toString());
  }

  @Test
  void amountsOfMemoryHaveDecimalAndBinaryUnits() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("model_path", "m.zip");
    values.put("output_folder", "o");
    String[] texts = {"512MB", "1.5GiB", "1000", "2 kb", "1TiB"};
    long[] bytes = {512_000_000L, 3L << 29, 1000, 2000, 1L << 40};
    for (int index = 0; index < texts.length; index++) {
      values.put("memory", texts[index]);
      assertEquals(bytes[index], new RunOptions(values).options.memory);
    }
  }

  @Test
  void jsonHasEscapesAndNullForWhatIsNoNumber() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("text", "a\"b\\c\n\u0001é");
    values.put("number", 1.5);
    values.put("nan", Double.NaN);
    values.put("list", new Object[] {}.length);
    values.put("none", null);
    values.put("yes", true);
    JsonObject found = JsonParser.parseString(Json.of(values)).getAsJsonObject();
    assertEquals("a\"b\\c\n\u0001é", found.get("text").getAsString());
    assertEquals(1.5, found.get("number").getAsDouble());
    assertTrue(found.get("none").isJsonNull());
    assertTrue(found.get("yes").getAsBoolean());
  }

  @Test
  void optionsAreSpelledAsMacrosAndTheDialogSpellThem() {
    Option memory = Option.of("memory", "512MiB");
    assertEquals("memory=512MiB", RunOption.inMacro(memory));
    assertTrue(RunOption.inDialog(memory).endsWith(": 512MiB"), RunOption.inDialog(memory));
    assertEquals("output_folder", RunOption.inMacro(Option.of("output")));
    assertEquals("overwrite", RunOption.inMacro(Option.of("overwrite", true)));
    assertEquals("device", RunOption.inDialog(Option.of("device")));
    assertTrue(RunOption.inDialog(Option.of("output")).startsWith("\""));
  }
}

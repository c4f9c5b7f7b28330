package deepbacs.zoo.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import deepbacs.zoo.Golden;
import deepbacs.zoo.Packages;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.results.RoiSets;
import ij.IJ;
import ij.ImagePlus;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.measure.ResultsTable;
import ij.process.FloatProcessor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages run from a program, on images of ImageJ that are in no window. */
class DeepBacsTest {

  @TempDir Path folder;

  private static String path(String name) {
    return Golden.path("packages/" + name).toString();
  }

  private static ImagePlus image(String name) {
    return IJ.openImage(path(name));
  }

  @AfterEach
  void release() {
    DeepBacs.close();
  }

  private static void assertSamePixels(ImagePlus expected, ImagePlus found) {
    assertEquals(Arrays.toString(expected.getDimensions()), Arrays.toString(found.getDimensions()));
    assertEquals(expected.getBitDepth(), found.getBitDepth());
    for (int index = 1; index <= expected.getStackSize(); index++) {
      for (int pixel = 0; pixel < expected.getWidth() * expected.getHeight(); pixel++) {
        assertEquals(
            expected.getStack().getProcessor(index).getf(pixel),
            found.getStack().getProcessor(index).getf(pixel));
      }
    }
  }

  @Test
  void labelsOverlayAndTableAreThoseOfTheFiles() throws IOException {
    ImagePlus image = image("cells.tif");
    Object pixels = image.getStack().getProcessor(1).getPixelsCopy();
    Results results = DeepBacs.run(path("spots.zip"), image);
    assertEquals("labels", results.kind());
    assertEquals(9, results.count());
    assertTrue(results.counts().isEmpty());
    ImagePlus labels = results.labels();
    ImagePlus written = image("results/cells_labels.tif");
    assertSamePixels(written, labels);
    assertEquals("cells_labels", labels.getTitle());
    assertEquals(written.getCalibration().getUnit(), labels.getCalibration().getUnit());
    assertEquals(written.getCalibration().pixelWidth, labels.getCalibration().pixelWidth, 1e-9);
    assertEquals(written.getCalibration().frameInterval, labels.getCalibration().frameInterval);
    assertEquals(
        Arrays.toString(written.getLuts()[0].getBytes()),
        Arrays.toString(labels.getLuts()[0].getBytes()));
    assertSameOverlay("results/cells_rois.zip", results.overlay());
    assertSameTable("results/cells_table.csv", results.table());
    assertEquals(
        Arrays.toString((short[]) pixels),
        Arrays.toString((short[]) image.getStack().getProcessor(1).getPixels()));
    assertNull(image.getOverlay());
    assertTrue(results.engine().startsWith("onnxruntime"));
    assertEquals(Collections.emptyList(), results.findings());
    assertEquals(Collections.singletonList("probabilities"), results.outputs());
    ImagePlus tensor = results.output("probabilities");
    assertEquals(32, tensor.getBitDepth());
    assertEquals(image.getNFrames(), tensor.getNFrames());
    assertEquals(3, tensor.getNChannels());
    assertNull(results.output("other"));
  }

  private static void assertSameOverlay(String file, Overlay found) throws IOException {
    Overlay expected;
    try (InputStream set = Files.newInputStream(Golden.path("packages/" + file))) {
      expected = RoiSets.overlay(set, true);
    }
    assertEquals(expected.size(), found.size());
    for (int index = 0; index < found.size(); index++) {
      Roi one = expected.get(index);
      Roi other = found.get(index);
      assertEquals(one.getName(), other.getName());
      assertEquals(one.getBounds(), other.getBounds());
      assertEquals(one.getTPosition(), other.getTPosition());
      assertNotNull(other.getStrokeColor());
    }
  }

  private static void assertSameTable(String file, ResultsTable found) throws IOException {
    List<String> lines = Files.readAllLines(Golden.path("packages/" + file));
    String[] columns = lines.get(0).split(",");
    assertEquals(lines.size() - 1, found.size());
    for (int row = 0; row < found.size(); row++) {
      String[] cells = lines.get(row + 1).split(",");
      for (int column = 0; column < columns.length; column++) {
        double value = found.getValue(columns[column], row);
        if (Double.isNaN(value)) {
          assertEquals(cells[column], found.getStringValue(columns[column], row));
        } else {
          double expected = Double.parseDouble(cells[column]);
          assertEquals(expected, value, 1e-5 * (1 + Math.abs(expected)));
        }
      }
    }
  }

  @Test
  void boxesHaveClassesAndOneRoiEach() throws IOException {
    Results results = DeepBacs.run(path("boxes.zip"), image("movie.tif"));
    assertEquals("boxes", results.kind());
    assertNull(results.labels());
    assertSameOverlay("results/movie_rois.zip", results.overlay());
    assertSameTable("results/movie_table.csv", results.table());
    int sum = results.counts().values().stream().mapToInt(Integer::intValue).sum();
    assertEquals(results.count(), sum);
  }

  @Test
  void severalInputsTakeAnImageEach() throws IOException {
    Packages.unpack(folder);
    String model = folder.resolve("two_inputs/package.zip").toString();
    ImagePlus one = new ImagePlus("one", new FloatProcessor(20, 12, ramp(1)));
    ImagePlus two = new ImagePlus("two", new FloatProcessor(20, 12, ramp(100)));
    Map<String, ImagePlus> images = new LinkedHashMap<>();
    images.put("other", two);
    images.put("raw", one);
    Results results = DeepBacs.run(model, images, "memory=1GiB");
    assertEquals("image", results.kind());
    assertNull(results.table());
    assertNull(results.overlay());
    assertEquals(0, results.count());
    ImagePlus sum = results.output("sum");
    assertEquals("one_sum", sum.getTitle());
    assertEquals(7 + 3 * 700, sum.getProcessor().getf(7));
    images.remove("raw");
    ZooException missing =
        assertThrows(ZooException.class, () -> DeepBacs.run(model, images, null));
    assertEquals(Kind.DATA, missing.kind);
    images.put("third", one);
    ZooException unknown = assertThrows(ZooException.class, () -> DeepBacs.run(model, images, ""));
    assertEquals(Kind.USAGE, unknown.kind);
    assertThrows(ZooException.class, () -> DeepBacs.run(model, one));
  }

  private static float[] ramp(float step) {
    float[] values = new float[20 * 12];
    for (int index = 0; index < values.length; index++) {
      values[index] = step * index;
    }
    return values;
  }

  @Test
  void optionsAreThoseOfAMacro() {
    ImagePlus image = image("cells.tif");
    Results results = DeepBacs.run(path("spots.zip"), image, "pixel_size=0.3 border=halo");
    assertEquals(0.3, results.labels().getCalibration().pixelWidth);
    assertTrue(results.findings().get(0).contains("0.08"));
    for (String wrong :
        new String[] {"overwrite", "output_folder=x", "memory=lots", "border=wide", "rescale=auto"}) {
      ZooException error =
          assertThrows(
              ZooException.class, () -> DeepBacs.run(path("spots.zip"), image, wrong), wrong);
      assertTrue(error.getMessage().contains("; allowed: "), error.getMessage());
    }
    assertThrows(ZooException.class, () -> DeepBacs.run(path("spots.zip"), (ImagePlus) null));
    assertThrows(ZooException.class, () -> DeepBacs.run(path("missing.zip"), image));
  }

  @Test
  void resultsAreSavedAsTheCommandSavesThem() throws IOException {
    Results results = DeepBacs.run(path("spots.zip"), image("cells.tif"));
    List<String> files = results.save(folder.resolve("out").toString(), false);
    assertEquals(5, files.size());
    assertTrue(Files.isRegularFile(folder.resolve("out/cells_rois.zip")));
    ZooException exists =
        assertThrows(
            ZooException.class, () -> results.save(folder.resolve("out").toString(), false));
    assertEquals(Kind.OUTPUT_EXISTS, exists.kind);
    assertEquals(files, results.save(folder.resolve("out").toString(), true));
  }

  @Test
  void aPackageIsDescribedInLines() throws IOException {
    Properties found = new Properties();
    found.load(new StringReader(DeepBacs.describe(path("spots.zip"))));
    assertEquals("labels", found.getProperty("kind"));
    assertEquals("raw", found.getProperty("inputs"));
    assertEquals("bcyx", found.getProperty("raw.axes"));
    assertEquals("false", found.getProperty("raw.optional"));
    assertEquals("probabilities", found.getProperty("outputs"));
    assertEquals(3, found.getProperty("probabilities.channels").split(",").length);
    assertFalse(found.getProperty("name").isEmpty());
    assertThrows(ZooException.class, () -> DeepBacs.describe(path("packages.json")));
  }

  @Test
  void aMacroRunsTheCommandAndReadsWhatItFound() {
    String options =
        "model_path=[" + path("spots.zip") + "] input_path=[" + path("cells.tif")
            + "] output_folder=[" + folder.resolve("out") + "]";
    String[] files = DeepBacs.run(options).split("\n");
    assertEquals(5, files.length);
    assertEquals("9", DeepBacs.count());
    assertEquals(String.join("\n", files), DeepBacs.files());
    assertEquals("", DeepBacs.run(options + " keep_going"));
    assertEquals("0", DeepBacs.count());
    assertNotNull(DeepBacs.version());
  }

  @Test
  void roisThatAreNoneAreLeftOut() throws IOException {
    assertEquals(
        0, RoiSets.overlay(new ByteArrayInputStream(new byte[0]), false).size());
  }
}

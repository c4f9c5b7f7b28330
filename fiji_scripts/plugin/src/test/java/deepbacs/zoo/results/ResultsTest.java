package deepbacs.zoo.results;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import deepbacs.zoo.Golden;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.tensors.DType;
import deepbacs.zoo.tensors.Tensor;
import ij.ImagePlus;
import ij.gui.Roi;
import ij.io.Opener;
import ij.io.RoiDecoder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {

  static LabelStack stack(JsonObject entry) {
    int[] shape = Golden.ints(entry.get("shape"));
    int[] labels = Golden.ints(entry.get("labels"));
    LabelStack stack = new LabelStack(shape[0], shape[1], shape[2], shape[3]);
    int size = shape[2] * shape[3];
    for (int plane = 0; plane < shape[0] * shape[1]; plane++) {
      int[] values = new int[size];
      System.arraycopy(labels, plane * size, values, 0, size);
      stack.setPlane(plane / shape[1], plane % shape[1], values);
    }
    return stack;
  }

  private static Calibration calibration(JsonObject entry) {
    JsonArray pixel = entry.getAsJsonArray("pixel");
    return new Calibration(
        pixel.get(0).getAsDouble(), pixel.get(1).getAsDouble(), Double.NaN, Double.NaN);
  }

  @TestFactory
  Stream<DynamicTest> tablesAndRoiSetsAreTheGoldenBytes() throws IOException {
    return Golden.entries("decoding/objects.json").stream()
        .map(
            entry ->
                dynamicTest(
                    entry.get("name").getAsString(),
                    () -> {
                      String name = "decoding/" + entry.get("name").getAsString();
                      LabelStack stack = stack(entry);
                      String table = Table.of(ObjectTable.measure(stack, calibration(entry))).csv();
                      byte[] expected = Files.readAllBytes(Golden.path(name + "_table.csv"));
                      assertEquals(new String(expected, StandardCharsets.UTF_8), table);
                      assertArrayEquals(
                          Files.readAllBytes(Golden.path(name + "_rois.zip")),
                          LabelRois.bytes(stack));
                    }));
  }

  @Test
  void imagejReadsEveryRoiWithItsNameAndPosition() throws IOException {
    LabelStack stack = stack(Golden.entries("decoding/objects.json").get(1));
    int count = 0;
    try (ZipInputStream zip =
        new ZipInputStream(new ByteArrayInputStream(LabelRois.bytes(stack)))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Roi roi = new RoiDecoder(readAll(zip), entry.getName()).getRoi();
        assertEquals(entry.getName(), roi.getName() + ".roi");
        assertTrue(roi.getTPosition() >= 1 && roi.getZPosition() >= 1);
        count++;
      }
    }
    assertTrue(count >= ObjectTable.measure(stack, Calibration.UNKNOWN).size());
  }

  private static byte[] readAll(ZipInputStream zip) throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    for (int count = zip.read(buffer); count > 0; count = zip.read(buffer)) {
      data.write(buffer, 0, count);
    }
    return data.toByteArray();
  }

  private static OutputTensor output(String axes, int... shape) {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, axes, shape);
    for (int index = 0; index < tensor.size(); index++) {
      tensor.set(index, index * 0.5);
    }
    return new OutputTensor("p", tensor, new Calibration(0.1, 0.2, 0.3, 2));
  }

  @Test
  void imagejOpensATensorAsACalibratedHyperstack(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("p.tif");
    Hyperstack.of(output("tzcyx", 2, 3, 4, 5, 6)).write(path);
    ImagePlus image = new Opener().openImage(path.toString());
    assertEquals(2, image.getNFrames());
    assertEquals(3, image.getNSlices());
    assertEquals(4, image.getNChannels());
    assertEquals(0.1, image.getCalibration().pixelWidth, 1e-6);
    assertEquals(0.2, image.getCalibration().pixelHeight, 1e-6);
    assertEquals(0.3, image.getCalibration().pixelDepth, 1e-6);
    assertEquals(2, image.getCalibration().frameInterval, 1e-6);
    assertEquals(32, image.getBitDepth());
    int last = image.getStackSize();
    assertEquals(2 * 3 * 4 * 5 * 6 * 0.5 - 0.5, image.getStack().getVoxel(5, 4, last - 1));
  }

  @Test
  void labelsAre16BitUntilThereAreTooMany(@TempDir Path folder) throws IOException {
    for (int largest : new int[] {65535, 65536}) {
      LabelStack labels = new LabelStack(1, 1, 3, 4);
      int[] plane = new int[12];
      plane[7] = largest;
      labels.setPlane(0, 0, plane);
      Path path = folder.resolve(largest + ".tif");
      Hyperstack.of(labels, Calibration.UNKNOWN).write(path);
      ImagePlus image = new Opener().openImage(path.toString());
      assertEquals(largest > 65535 ? 32 : 16, image.getBitDepth());
      assertEquals(largest, image.getProcessor().getf(7));
    }
  }

  private static void write(Path path, String text) throws IOException {
    Files.write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aWriterThatFailsLeavesNothingNewAndKeepsWhatWasThere(@TempDir Path folder)
      throws IOException {
    Path old = folder.resolve("old.txt");
    write(old, "old");
    Path deep = folder.resolve("a").resolve("b");
    List<Path> targets = java.util.Arrays.asList(deep.resolve("x"), deep.resolve("y"));
    List<Staging.Writer> writers =
        java.util.Arrays.asList(
            path -> write(path, "x"),
            path -> {
              throw new IOException("no space");
            });
    ZooException error =
        assertThrows(
            ZooException.class, () -> new Staging(deep).write(targets, writers, false));
    assertEquals(Kind.HOST, error.kind);
    assertTrue(error.getMessage().contains("no space"), error.getMessage());
    assertFalse(Files.exists(folder.resolve("a")));
    assertTrue(Files.exists(old));
  }

  @Test
  void filesThatExistAreReplacedOnlyWhenAsked(@TempDir Path folder) throws IOException {
    Path target = folder.resolve("x");
    write(target, "old");
    List<Path> targets = Collections.singletonList(target);
    List<Staging.Writer> writers = Collections.singletonList(path -> write(path, "new"));
    ZooException error =
        assertThrows(
            ZooException.class, () -> new Staging(folder).write(targets, writers, false));
    assertEquals(Kind.OUTPUT_EXISTS, error.kind);
    assertEquals("old", new String(Files.readAllBytes(target), StandardCharsets.UTF_8));
    new Staging(folder).write(targets, writers, true);
    assertEquals("new", new String(Files.readAllBytes(target), StandardCharsets.UTF_8));
  }

  @Test
  void anEmptyPlaneHasNoObjectsAndNoRois() {
    LabelStack labels = new LabelStack(1, 1, 4, 4);
    labels.setPlane(0, 0, new int[16]);
    assertEquals(0, ObjectTable.measure(labels, Calibration.UNKNOWN).size());
    assertEquals(0, Outlines.trace(new int[16], 4, 4).size());
  }
}

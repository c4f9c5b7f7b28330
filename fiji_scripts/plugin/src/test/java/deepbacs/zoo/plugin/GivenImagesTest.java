package deepbacs.zoo.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import deepbacs.zoo.Golden;
import deepbacs.zoo.Packages;
import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.images.ReadOptions;
import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.prediction.InputImages;
import ij.ImagePlus;
import ij.macro.Interpreter;
import ij.process.ByteProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The words of {@code input_path}: files, titles of open images, and what is neither. */
class GivenImagesTest {

  @TempDir Path folder;

  private final ImagePlus left = new ImagePlus("left eye", new ByteProcessor(8, 8));
  private final ImagePlus right = new ImagePlus("right", new ByteProcessor(8, 8));
  private ZooPackage several;

  @BeforeEach
  void open() throws IOException {
    Packages.unpack(folder);
    several = ZooPackage.open(folder.resolve("two_inputs/package.zip"));
    Interpreter.batchMode = true;
    Interpreter.addBatchModeImage(left);
    Interpreter.addBatchModeImage(right);
  }

  @AfterEach
  void close() {
    several.close();
    Interpreter.removeBatchModeImage(left);
    Interpreter.removeBatchModeImage(right);
    Interpreter.batchMode = false;
  }

  private String refused(String text) {
    ZooException error = assertThrows(ZooException.class, () -> GivenImages.of(several, text));
    assertTrue(error.getMessage().contains("; allowed: "), error.getMessage());
    return error.getMessage();
  }

  @Test
  void openImagesAreNamedByTheirTitles() {
    GivenImages given = GivenImages.of(several, "other=right; raw=left eye");
    assertEquals("left eye", given.first().stem());
    assertSame(left, given.first().shown());
    try (InputImages images = given.open(ReadOptions.AS_IT_IS)) {
      assertEquals(2, images.read().size());
    }
  }

  @Test
  void aFileMayHaveTheSeparatorInItsName() throws IOException {
    Path file = folder.resolve("a;b=c.tif");
    Files.copy(Golden.path("packages/cells.tif"), file);
    GivenImages given = GivenImages.of(several, "raw=" + file + ";other=right");
    assertEquals("a;b=c", given.first().stem());
    Path missing = folder.resolve("missing.tif");
    GivenImages none = GivenImages.of(several, "raw=" + file + ";other=" + missing);
    assertThrows(ZooException.class, () -> none.open(ReadOptions.AS_IT_IS));
  }

  @Test
  void oneWordIsTheImageOfTheOnlyInput() {
    try (ZooPackage single = ZooPackage.open(folder.resolve("bcyx/package.zip"))) {
      String id = single.inputs.get(0).id;
      assertSame(right, GivenImages.of(single, "right").first().shown());
      assertSame(right, GivenImages.of(single, id + "=right").first().shown());
      assertThrows(ZooException.class, () -> GivenImages.of(single, "nothing"));
    }
  }

  @Test
  void wordsThatNameNothingAreRefused() {
    assertTrue(refused("right").contains("this word names none of them"));
    assertTrue(refused("raw=right").contains("needs an image for this input"));
    assertTrue(refused("raw=right;raw=left eye").contains("it has two images"));
    assertTrue(refused("raw=right;third=left eye").contains("third=left eye"));
    String unknown = refused("raw=right;other=nothing");
    assertTrue(unknown.contains("left eye, right"), unknown);
    ImagePlus again = new ImagePlus("right", new ByteProcessor(8, 8));
    Interpreter.addBatchModeImage(again);
    assertTrue(refused("raw=right;other=left eye").contains("several open images"));
    Interpreter.removeBatchModeImage(again);
  }

  @Test
  void aPackageThatIsNoneEndsTheMacro() {
    Interpreter.batchMode = false;
    String value =
        new Interpreter()
            .run(
                "call('deepbacs.zoo.plugin.DeepBacs.describe', '"
                    + folder.resolve("missing.zip")
                    + "'); return 'went on';",
                null);
    assertTrue(!"went on".equals(value), value);
  }
}

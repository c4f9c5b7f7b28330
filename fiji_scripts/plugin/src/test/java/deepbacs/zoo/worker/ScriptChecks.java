package deepbacs.zoo.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.CompositeImage;
import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.process.ByteProcessor;
import ij.process.LUT;
import ij.process.ShortProcessor;
import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;

/**
 * Windows, dialogs, parameters and scripts in Groovy; each public method is a test, see {@link
 * WorkerTest}.
 */
public final class ScriptChecks {

  private static final String NEW = "newImage('n', '8-bit black', 9, 9, 1);\n";
  private static final String OPEN =
      "function there(title) { if (isOpen(title)) return 'y'; return 'n'; }\n";

  /** A macro with single quotes for double ones. */
  private static String code(String text) {
    return text.replace('\'', '"');
  }

  private static String value(String code) {
    try (MacroOutcome outcome = MacroRunner.run(code(code), "", Collections.emptyList())) {
      assertNull(outcome.failure, outcome.failure);
      return outcome.value;
    }
  }

  private static void assertFails(String words, String code) {
    try (MacroOutcome outcome = MacroRunner.run(code(code), "", Collections.emptyList())) {
      assertTrue(String.valueOf(outcome.failure).contains(words), outcome.failure);
    }
  }

  private static MacroOutcome asked(String json) throws Exception {
    MacroTask task = new MacroTask(json);
    task.add(new ImagePlus("cells", new ByteProcessor(4, 3)));
    task.start();
    assertTrue(task.await(60_000));
    return task.outcome();
  }

  // --- windows -------------------------------------------------------------------------------------

  public void windowsAreKnownByTheirTitles() {
    assertEquals(
        "nnnn",
        value(
            OPEN
                + "return '' + there('Results') + there('Log') + there('none')"
                + " + there('ROI Manager');"));
    assertEquals(
        "yyy",
        value(
            OPEN
                + "setResult('A', 0, 1); updateResults(); print('a'); Table.create('Own');"
                + " return '' + there('Results') + there('Log') + there('Own');"));
    assertFails("none", "selectWindow('none');");
    assertEquals("n", value(NEW + "print('a'); selectWindow('n'); return getTitle();"));
  }

  public void tablesAreSavedRenamedAndClosed() throws IOException {
    Path folder = Files.createTempDirectory("tables");
    Path own = folder.resolve("own.csv");
    Path results = folder.resolve("results.csv");
    value(
        "setResult('A', 0, 2); updateResults(); Table.create('Own'); Table.set('n', 0, 7, 'Own');"
            + " Table.update('Own'); selectWindow('Own'); saveAs('Results', '"
            + own
            + "'); selectWindow('Results'); saveAs('Results', '"
            + results
            + "');");
    assertTrue(text(own).contains("7"), text(own));
    assertTrue(text(results).contains("2"), text(results));
    assertEquals(
        "ny",
        value(
            OPEN
                + "Table.create('Own'); Table.rename('Own', 'Other');"
                + " return '' + there('Own') + there('Other');"));
    assertEquals(
        "nn",
        value(
            OPEN
                + "setResult('A', 0, 2); updateResults(); Table.create('Own'); close('own');"
                + " selectWindow('Results'); run('Close');"
                + " return '' + there('Own') + there('Results');"));
    assertFails("no results", "saveAs('Results', '" + folder.resolve("none.csv") + "');");
  }

  public void theLogIsReadChangedAndSaved() throws IOException {
    Path file = Files.createTempDirectory("log").resolve("log.txt");
    assertEquals(
        "one\nthree\n",
        value(
            "print('one'); print('two'); print('\\\\Update:three'); selectWindow('Log');"
                + " saveAs('Text', '"
                + file
                + "'); return getInfo('log');"));
    assertEquals("one\nthree\n", text(file));
    assertEquals("n", value(OPEN + "print('one'); print('\\\\Clear'); return '' + there('Log');"));
    assertEquals("n", value(OPEN + "print('one'); close('Log'); return '' + there('Log');"));
  }

  public void theManagerIsClosedAsAWindow() {
    assertEquals(
        "yn",
        value(
            OPEN
                + NEW
                + "makeRectangle(1, 1, 3, 3); roiManager('add'); a = there('ROI Manager');"
                + " selectWindow('ROI Manager'); run('Close');"
                + " return '' + a + there('ROI Manager');"));
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  // --- dialogs -------------------------------------------------------------------------------------

  public void fieldsTakeNumbersTextsAndVariables() {
    String add = NEW + "run('Add...', 'value=%s'); return '' + getPixel(0, 0);";
    assertEquals("5", value(String.format(add, "5")));
    assertEquals("16", value(String.format(add, "0x10")));
    assertEquals("7", value("v = 7; " + String.format(add, "&v")));
    assertEquals("7", value("v = 7; " + String.format(add, "v")));
    assertFails("not a number", String.format(add, "0xyz"));
    assertEquals(
        "two words",
        value(NEW + "run('Rename...', 'title=[two words]'); return getTitle();"));
    assertEquals(
        "given 3",
        value("t = 'given 3'; " + NEW + "run('Rename...', 'title=&t'); return getTitle();"));
    assertEquals(
        "3", value("t = 3; " + NEW + "run('Rename...', 'title=&t'); return getTitle();"));
  }

  public void choicesAreThoseOfTheCommand() {
    String resize =
        NEW + "run('Size...', 'width=4 height=4 interpolation=%s'); return '' + getWidth();";
    assertEquals("4", value(String.format(resize, "Bilinear")));
    assertEquals("4", value("way = 'None'; " + String.format(resize, "&way")));
    assertFails("Magic", String.format(resize, "Magic"));
  }

  public void defaultsOfEarlierCommandsAreNotUsed() {
    assertFails(
        "left of an earlier command",
        NEW
            + "run('Find Maxima...', 'prominence=77 output=Count');"
            + " run('Find Maxima...', 'output=Count');");
  }

  // --- parameters ----------------------------------------------------------------------------------

  public void scriptsInGroovyGetEveryTypeAndGiveResults() throws Exception {
    String script =
        "assert b instanceof Byte && s instanceof Short && i instanceof Integer && l instanceof Long\\n"
            + "assert big instanceof BigInteger && dec instanceof BigDecimal\\n"
            + "assert f instanceof Float && d instanceof Double && c instanceof Character\\n"
            + "assert file instanceof File && files.length == 2 && none == null && flag == true\\n"
            + "assert texts as List == ['x', 'y'] && imp.title == 'cells'\\n"
            + "sum = b + s + i + l\\npath = new File('/a')\\nlist = [1, 'two', [3] as Object[]]\\n"
            + "copy = imp.duplicate(); same = imp; yes = true; nothing = null\\n"
            + "table = new ij.measure.ResultsTable(); table.addRow(); table.addValue('n', 4)\\n"
            + "return 5";
    String inputs =
        "{\"b\": [\"byte\", \"1\"], \"s\": [\"short\", \"2\"], \"i\": [\"int\", \"3\"],"
            + " \"l\": [\"long\", \"4\"], \"big\": [\"BigInteger\", \"5\"],"
            + " \"dec\": [\"BigDecimal\", \"6\"], \"f\": [\"float\", \"7\"],"
            + " \"d\": [\"double\", \"8\"], \"c\": [\"char\", \"x\"],"
            + " \"file\": [\"File\", \"/a\"], \"files\": [\"File[]\", [\"/a\", \"/b\"]],"
            + " \"texts\": [\"String[]\", [\"x\", \"y\"]], \"numbers\": [\"int[]\", [\"1\"]],"
            + " \"none\": [\"String\", null], \"flag\": [\"boolean\", true],"
            + " \"imp\": [\"ImagePlus\", \"cells\"]}";
    String outputs =
        "{\"sum\": \"int\", \"path\": \"File\", \"list\": \"Object\", \"copy\": \"ImagePlus\","
            + " \"same\": \"ImagePlus\", \"yes\": \"boolean\", \"nothing\": \"Object\","
            + " \"table\": \"ResultsTable\"}";
    try (MacroOutcome outcome =
        asked(
            "{\"code\": \"" + script + "\", \"groovy\": \"a.groovy\", \"inputs\": " + inputs
                + ", \"outputs\": " + outputs + "}")) {
      assertNull(outcome.failure, outcome.failure);
      assertEquals("5", outcome.value);
      assertTrue(outcome.outputs.contains("\"sum\":10"), outcome.outputs);
      assertTrue(outcome.outputs.contains("\"list\":[1,\"two\",[3]]"), outcome.outputs);
      assertTrue(outcome.outputs.contains("\"same\":{\"image\":"), outcome.outputs);
      assertTrue(outcome.tables.stream().anyMatch(each -> each.title.equals("table")));
    }
  }

  public void aScriptInGroovyFailsAtItsLine() throws Exception {
    String[][] cases = {
      {"x = 1\\nthrow new IllegalStateException('it broke')", "it broke", "2"},
      {"x = 1\\n)(", "", "2"},
      {"x = 1\\nij.IJ.error('no', 'said')", "said", "0"},
      {"x = 1\\n\\nij.IJ.run('No Such Command')", "No Such Command", "3"},
    };
    for (String[] each : cases) {
      try (MacroOutcome outcome =
          asked("{\"code\": \"" + each[0] + "\", \"groovy\": \"a.groovy\"}")) {
        assertTrue(String.valueOf(outcome.failure).contains(each[1]), outcome.failure);
        if (!each[2].equals("0")) {
          assertEquals(Integer.parseInt(each[2]), outcome.line, each[0]);
        }
      }
    }
  }

  // --- images --------------------------------------------------------------------------------------

  public void metadataPassThereAndBack() {
    ImageStack stack = new ImageStack(4, 3);
    stack.addSlice("first", new ShortProcessor(4, 3));
    stack.addSlice("", new ShortProcessor(4, 3));
    CompositeImage image = new CompositeImage(new ImagePlus("a", stack), CompositeImage.COLOR);
    image.setLuts(
        new LUT[] {LUT.createLutFromColor(Color.RED), LUT.createLutFromColor(Color.GREEN)});
    image.setRoi(new Roi(1, 1, 2, 1));
    image.setOverlay(new Overlay(new Roi(0, 0, 1, 1)));
    Metadata found = Metadata.of(image);
    ImageStack empty = new ImageStack(4, 3);
    empty.addSlice(new ShortProcessor(4, 3));
    empty.addSlice(new ShortProcessor(4, 3));
    ImagePlus made = found.applyTo(new ImagePlus("b", empty));
    assertEquals("first", made.getStack().getSliceLabel(1));
    assertEquals(Color.GREEN.getRGB(), made.getLuts()[1].getRGB(255));
    assertEquals(new java.awt.Rectangle(1, 1, 2, 1), made.getRoi().getBounds());
    assertEquals(1, made.getOverlay().size());
    assertEquals(found.luts, Metadata.of(made).luts);
  }

  public void aSingleTableAndItsRangePassToo() {
    ImagePlus image = new ImagePlus("a", new ShortProcessor(4, 3));
    image.setLut(LUT.createLutFromColor(Color.CYAN));
    image.setDisplayRange(10, 90);
    image.setProp("Slice_Label", "only");
    Metadata found = Metadata.of(image);
    ImagePlus made = found.applyTo(new ImagePlus("b", new ShortProcessor(4, 3)));
    assertEquals(10, made.getDisplayRangeMin());
    assertEquals(90, made.getDisplayRangeMax());
    assertEquals("only", made.getProp("Slice_Label"));
    assertTrue(Metadata.of(new ImagePlus("gray", new ByteProcessor(2, 2))).luts.isEmpty());
    ImagePlus bytes = new ImagePlus("bytes", new ByteProcessor(2, 2));
    bytes.setLut(LUT.createLutFromColor(Color.CYAN));
    assertArrayEquals(
        Metadata.of(bytes).luts.toArray(),
        Metadata.of(Metadata.of(bytes).applyTo(new ImagePlus("c", new ByteProcessor(2, 2))))
            .luts
            .toArray());
  }
}

package deepbacs.zoo.tests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import deepbacs.zoo.plugin.Report;
import deepbacs.zoo.plugin.RunPlugin;
import ij.IJ;
import ij.ImagePlus;
import ij.Menus;
import ij.WindowManager;
import ij.macro.Interpreter;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Hashtable;
import net.imagej.patcher.LegacyInjector;

/**
 * Runs macros in ImageJ with ij1-patcher and without a window. An answer has the macro's value, what
 * left it as an exception, what was printed, the plugin's report, the images left open, and the
 * memory in use.
 */
public final class PluginTest {

  private static boolean isPatched;

  private PluginTest() {}

  public static void main(String[] arguments) throws Exception {
    if (!isPatched) {
      LegacyInjector.preinit();
      isPatched = true;
    }
    PrintStream out = System.out;
    System.setOut(new PrintStream(new ByteArrayOutputStream(), true, "UTF-8"));
    JsonArray answers = new JsonArray();
    for (JsonElement each :
        JsonParser.parseReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
            .getAsJsonArray()) {
      answers.add(Asking.answer(each.getAsString()));
    }
    System.setOut(out);
    System.out.println(answers);
  }

  /** Here, so that no class of ImageJ is loaded before it is patched. */
  private static final class Asking {

    static {
      try {
        IJ.run("No such command"); // makes the table of commands
      } catch (RuntimeException expected) {
        IJ.resetEscape();
      }
      @SuppressWarnings("unchecked")
      Hashtable<String, String> commands = Menus.getCommands();
      commands.put(RunPlugin.COMMAND, RunPlugin.class.getName());
    }

    static JsonObject answer(String code) throws UnsupportedEncodingException {
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      System.setOut(new PrintStream(printed, true, "UTF-8"));
      System.setErr(System.out);
      JsonObject answer = new JsonObject();
      Interpreter macro = new Interpreter();
      macro.setIgnoreErrors(true);
      Interpreter.batchMode = true;
      Report.clear();
      try {
        answer.addProperty("value", macro.run(code, ""));
      } catch (RuntimeException error) {
        answer.addProperty("exception", error.getMessage());
      }
      answer.addProperty("error", macro.getErrorMessage());
      answer.addProperty("log", printed.toString("UTF-8"));
      answer.add("report", JsonParser.parseString(Report.json()));
      JsonArray titles = new JsonArray();
      int[] ids = WindowManager.getIDList();
      for (int index = 0; ids != null && index < ids.length; index++) {
        ImagePlus image = WindowManager.getImage(ids[index]);
        titles.add(image.getTitle());
        image.changes = false;
        image.close();
      }
      answer.add("images", titles);
      System.gc();
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      answer.addProperty("used", runtime.totalMemory() - runtime.freeMemory());
      return answer;
    }
  }
}

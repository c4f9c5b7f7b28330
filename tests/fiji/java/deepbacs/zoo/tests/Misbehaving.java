package deepbacs.zoo.tests;

import ij.IJ;
import ij.ImagePlus;
import ij.Menus;
import ij.WindowManager;
import ij.plugin.PlugIn;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import net.imagej.patcher.EssentialLegacyHooks;
import net.imagej.patcher.LegacyHooks;

/** What plugins do that a gateway must get over; each is a command, and a method for macros. */
public final class Misbehaving implements PlugIn {

  private static final String NAME = "deepbacs.zoo.tests.Misbehaving";
  private static final List<Object> KEPT = new ArrayList<>();
  private static LegacyHooks before;

  /** Makes the commands known. */
  @SuppressWarnings("unchecked")
  public static String register() {
    Hashtable<String, String> commands = Menus.getCommands();
    for (String name : new String[] {"throw", "error", "message", "exit", "table", "thread"}) {
      commands.put("Misbehave " + name, NAME + "(\"" + name + "\")");
    }
    return "";
  }

  /** Makes a macro a command of the menus. */
  @SuppressWarnings("unchecked")
  public static String command(String name, String path) {
    Menus.getCommands().put(name, "ij.plugin.Macro_Runner(\"" + path + "\")");
    return "";
  }

  @Override
  public void run(String argument) {
    switch (argument) {
      case "throw":
        throw new IllegalStateException("plugin broke, as asked");
      case "error":
        IJ.error("Misbehaving", "the plugin says no");
        break;
      case "message":
        IJ.showMessage("all is well");
        break;
      case "exit":
        exit();
        break;
      case "table":
        ij.measure.ResultsTable table = new ij.measure.ResultsTable();
        table.incrementCounter();
        table.addValue("n", 3);
        table.show("Own table");
        break;
      default:
        thread();
    }
  }

  /**
   * Chooses files as imagej-legacy does where there is no screen: not at all, without a word.
   *
   * @param on "true", or anything else to end that
   */
  public static String openers(String on) throws ReflectiveOperationException {
    LegacyHooks now = (LegacyHooks) IJ.class.getField("_hooks").get(null);
    LegacyHooks next = on.equals("true") ? new Openers() : before;
    before = on.equals("true") ? now : null;
    IJ.class.getMethod("_hooks", LegacyHooks.class).invoke(null, next);
    return "";
  }

  private static final class Openers extends EssentialLegacyHooks {
    @Override
    public Object interceptFileOpen(String path) {
      return path == null ? Boolean.TRUE : null;
    }

    @Override
    public Object interceptRunPlugIn(String name, String argument) {
      return name.equals("ij.plugin.Commands") && argument.equals("open") ? Boolean.TRUE : null;
    }
  }

  /** An exception out of {@code call()}. */
  public static String fail() {
    throw new IllegalArgumentException("call broke, as asked");
  }

  public static String exit() {
    System.exit(7);
    return "";
  }

  /** Takes memory until there is none. */
  public static String fill() {
    while (true) {
      KEPT.add(new long[1 << 20]);
    }
  }

  /** Leaves a thread that never ends and keeps Java running. */
  public static String thread() {
    Thread thread =
        new Thread(
            () -> {
              while (true) {
                IJ.wait(1000);
              }
            });
    thread.start();
    return "";
  }

  /** Waits, and cannot be stopped. */
  public static String sleep(String seconds) {
    long end = System.currentTimeMillis() + (long) (1000 * Double.parseDouble(seconds));
    while (System.currentTimeMillis() < end) {
      Thread.yield();
    }
    return "";
  }

  /** Prints on both streams, past ImageJ. */
  public static String print(String text) {
    System.out.println("out " + text);
    System.err.println("err " + text);
    return "";
  }

  /** Makes the active image one of signed 16-bit numbers, and its first value -5. */
  public static String sign() {
    ImagePlus image = WindowManager.getCurrentImage();
    image.getCalibration().setSigned16BitCalibration();
    image.getProcessor().set(0, 32768 - 5);
    return "";
  }

  /** Bytes in use after a collection. */
  public static String memory() {
    for (int round = 0; round < 3; round++) {
      System.gc();
    }
    return String.valueOf(Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
  }
}

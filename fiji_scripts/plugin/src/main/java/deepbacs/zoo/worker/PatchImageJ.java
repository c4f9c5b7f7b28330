package deepbacs.zoo.worker;

import java.io.File;
import net.imagej.patcher.LegacyInjector;

/**
 * Writes the classes of ImageJ that ij1-patcher changes for use without a window into a jar.
 *
 * <p>Patching at every start takes 2.5 seconds (measured; most of it goes into the stack maps of
 * {@code ij.Menus} and its like), loading the patched classes from a jar in front of ImageJ's own
 * 0.1. {@code LegacyInjector.preinit()} sees that they are patched and only installs its hooks.
 */
public final class PatchImageJ {

  private PatchImageJ() {}

  /**
   * @param arguments the jar to write
   */
  public static void main(String[] arguments) throws Exception {
    // "true, false": for headless use, and only the changed classes. All of ImageJ would be
    // written with entries twice, which java.util.zip refuses (ij1-patcher 2.0.0).
    LegacyInjector.writeJar(new File(arguments[0]), true, false);
    System.exit(0);
  }
}

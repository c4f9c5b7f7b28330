package deepbacs.zoo.outputs;

import deepbacs.zoo.packages.ZooPackage;
import deepbacs.zoo.prediction.Result;
import java.nio.file.Path;
import java.util.List;

/** Results as files: named after the image, never overwritten unasked, all of them or none. */
public final class Outputs {

  private Outputs() {}

  public static List<Path> planned(ZooPackage zooPackage, String stem, Path folder) {
    throw new UnsupportedOperationException();
  }

  public static List<Path> save(Result result, Path folder, boolean overwrite) {
    throw new UnsupportedOperationException();
  }
}

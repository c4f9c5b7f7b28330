package deepbacs.zoo.plugin;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.images.ZooImage;
import deepbacs.zoo.prediction.InputImages;
import deepbacs.zoo.prediction.PredictOptions;
import deepbacs.zoo.prediction.Predictor;
import deepbacs.zoo.prediction.Progress;
import deepbacs.zoo.results.Result;
import ij.IJ;
import java.util.Map;

/** One run of a package on images, with a progress bar and the Escape key. */
final class ModelRun {

  private ModelRun() {}

  /**
   * Runs a package; all that can be refused is refused before pixels are read and weights loaded.
   *
   * @throws ZooException as the predictor throws; USAGE: it was stopped with the Escape key
   */
  static Result of(Models models, GivenImages given, PredictOptions options) {
    Predictor predictor;
    Map<String, ZooImage> pixels;
    try (InputImages images = given.open(options.reading)) {
      predictor = Predictor.of(models.zooPackage, images, options);
      pixels = images.read();
    }
    return predictor.run(models.session(), pixels, progress());
  }

  private static Progress progress() {
    IJ.resetEscape();
    return (done, total) -> {
      IJ.showProgress(done, total);
      if (IJ.escapePressed()) {
        IJ.resetEscape();
        throw new ZooException(
            Kind.USAGE,
            RunPlugin.COMMAND,
            "it was stopped with the Escape key",
            done + " of " + total + " passes",
            "a run to its end",
            "run it again");
      }
    };
  }
}

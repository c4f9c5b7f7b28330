package deepbacs.zoo.images;

import deepbacs.zoo.findings.Finding;
import java.util.ArrayList;
import java.util.List;

/** All images of a TIFF file. */
final class TiffLayout {

  /** The images in their order. */
  final List<TiffSeries> series = new ArrayList<>();
  /** The statement that names them: {@code OME description}, {@code ImageJ description} ... */
  final String what;

  final List<Finding> findings = new ArrayList<>();
  /** The number of images that it names in other files alone. */
  int elsewhere;

  TiffLayout(String what) {
    this.what = what;
  }
}

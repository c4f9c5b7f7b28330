package deepbacs.zoo.results;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/** An image as a kind of result: the tensors themselves. */
public final class NoObjects extends Content {

  static final ResultKind KIND =
      new ResultKind((settings, output, shape, calibration, findings) -> new NoObjects(), 0, 0);

  @Override
  public ResultKind kind() {
    return KIND;
  }

  @Override
  List<Staging.Writer> writers(Result result) {
    return Collections.emptyList();
  }

  /** The first tensor. */
  @Override
  public Path opened(List<Path> files) {
    return files.get(0);
  }
}

package deepbacs.zoo.results;

import deepbacs.zoo.findings.Finding;
import deepbacs.zoo.images.Calibration;
import deepbacs.zoo.images.ImageShape;
import deepbacs.zoo.tensors.Tensor;
import deepbacs.zoo.tensors.TensorBlocks;
import deepbacs.zoo.zooconfig.Decoding;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** One kind of result: all that predicting and saving know of it before there is content. */
public final class ResultKind {

  /** Decodes an output at all positions. */
  interface Decode {

    /**
     * Gives the content.
     *
     * @param settings of the decoding, or null
     * @param output {@code t z c y x}, or null without decoding
     * @param findings gets observations
     */
    Content content(
        Decoding settings,
        Tensor output,
        ImageShape shape,
        Calibration calibration,
        List<Finding> findings);
  }

  /** Ends of the names of its files, in the order in which they are written. */
  public final List<String> files;
  /** Bytes for each pixel of the image that stay until the end. */
  public final int keptBytes;
  /** Bytes for a pixel of the plane that is decoded, outlined and drawn. */
  public final int workingBytes;

  private final Decode decode;

  ResultKind(Decode decode, int keptBytes, int workingBytes, String... files) {
    this.decode = decode;
    this.keptBytes = keptBytes;
    this.workingBytes = workingBytes;
    this.files = Collections.unmodifiableList(Arrays.asList(files));
  }

  /** Decodes an output at all positions; see {@link Decode}. */
  public Content content(
      Decoding settings,
      Tensor output,
      ImageShape shape,
      Calibration calibration,
      List<Finding> findings) {
    return decode.content(settings, output, shape, calibration, findings);
  }

  /** One position of {@code t z c y x} as {@code c y x}. */
  static Tensor plane(Tensor tensor, int t, int z) {
    int[] sizes = tensor.shape();
    int[][] block = TensorBlocks.whole(sizes);
    block[0] = new int[] {t, t + 1};
    block[1] = new int[] {z, z + 1};
    return TensorBlocks.cropped(tensor, block)
        .reshaped("cyx", sizes[2], sizes[3], sizes[4]);
  }
}

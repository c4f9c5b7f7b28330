package deepbacs.zoo.tiling;

/** One pass through the network; {@code [axis]{from, to}}, one row for each space axis. */
public final class Tile {

  /** What the network gets, in the padded input. */
  public final int[][] read;
  /** What is used of the result, in the tile's own output. */
  public final int[][] keep;
  /** Where that goes, in the output of the padded input. */
  public final int[][] write;

  Tile(int[][] read, int[][] keep, int[][] write) {
    this.read = read;
    this.keep = keep;
    this.write = write;
  }
}

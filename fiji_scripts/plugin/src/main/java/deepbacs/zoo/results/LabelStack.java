package deepbacs.zoo.results;

/** Label images of all positions of an image; 0 is background, numbered from 1 in each plane. */
public final class LabelStack {

  public final int frames;
  public final int slices;
  public final int height;
  public final int width;
  private final int[][] planes;

  public LabelStack(int frames, int slices, int height, int width) {
    this.frames = frames;
    this.slices = slices;
    this.height = height;
    this.width = width;
    this.planes = new int[frames * slices][];
  }

  /** The labels of one plane, row by row: the array itself. */
  public int[] plane(int frame, int slice) {
    return planes[frame * slices + slice];
  }

  public void setPlane(int frame, int slice, int[] labels) {
    if (labels.length != height * width) {
      throw new IllegalArgumentException(labels.length + " labels for " + width + "x" + height);
    }
    planes[frame * slices + slice] = labels;
  }
}

package deepbacs.zoo.prediction;

/** Hears of passes; may throw to end the run. */
public interface Progress {

  /** {@code done} of {@code total} passes through the network are done. */
  void done(int done, int total);
}

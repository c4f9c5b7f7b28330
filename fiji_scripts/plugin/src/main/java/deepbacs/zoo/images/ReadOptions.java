package deepbacs.zoo.images;

import deepbacs.zoo.errors.ZooException;
import deepbacs.zoo.errors.ZooException.Kind;
import deepbacs.zoo.options.Option;

/** The part of a file that is read, for files that hold several images or channels. */
public final class ReadOptions {

  /** The first image of a file with all channels. */
  public static final ReadOptions AS_IT_IS = new ReadOptions(null, null);

  /** Number of the image in a file of several, from 1; null: the first. */
  public final Integer series;
  /** Name or number, from 1, of the one channel to keep; null: all. */
  public final String channel;

  /**
   * @throws ZooException USAGE: the series is below 1, or the channel is empty
   */
  public ReadOptions(Integer series, String channel) {
    if (series != null && series < 1) {
      throw new ZooException(
          Kind.USAGE,
          Option.of("series"),
          "images in a file are counted from 1",
          series,
          "1 or more",
          "leave it out to read the first");
    }
    if (channel != null && channel.trim().isEmpty()) {
      throw new ZooException(
          Kind.USAGE,
          Option.of("channel"),
          "it names no channel",
          "'" + channel + "'",
          "the name of a channel, or its number from 1",
          "leave it out to read all channels");
    }
    this.series = series;
    this.channel = channel;
  }
}

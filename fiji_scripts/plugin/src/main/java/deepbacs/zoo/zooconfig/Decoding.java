package deepbacs.zoo.zooconfig;

/** The settings that turn an output into objects: the block {@code decode}. */
public interface Decoding {

  /** The id of the output tensor. */
  String output();

  /** The kind of result: {@code labels} or {@code boxes}. */
  default String result() {
    return "labels";
  }
}

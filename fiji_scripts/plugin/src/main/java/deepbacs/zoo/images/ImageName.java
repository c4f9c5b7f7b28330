package deepbacs.zoo.images;

/** Name of an image in messages. */
final class ImageName {

  final String text;

  ImageName(Object path) {
    text = String.valueOf(path);
  }
}

package deepbacs.zoo.images;

/** What to call an image in messages. */
final class ImageName {

  final String text;

  ImageName(Object path) {
    text = String.valueOf(path);
  }
}

/** Images as planes with a calibration, from TIFF, PNG and JPEG files or open in ImageJ. */
package deepbacs.zoo.images;

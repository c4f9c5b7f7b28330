/**
 * Results of a prediction: label images, boxes and tensors, with their tables, ROI sets, overlays
 * and files.
 */
package deepbacs.zoo.results;

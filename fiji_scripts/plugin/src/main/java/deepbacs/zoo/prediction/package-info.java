/** The way from an image of any size and a package to a result. */
package deepbacs.zoo.prediction;

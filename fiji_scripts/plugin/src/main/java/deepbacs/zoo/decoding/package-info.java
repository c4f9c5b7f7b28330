/**
 * Algorithms that turn one plane of an output tensor into labels or boxes.
 *
 * <p>One algorithm a class, with the same results as {@code deepbacs_zoo.decoding}, bit for bit.
 */
package deepbacs.zoo.decoding;

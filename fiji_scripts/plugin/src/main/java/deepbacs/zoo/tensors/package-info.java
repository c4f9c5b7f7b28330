/** Descriptions of tensors, and tensors themselves. */
package deepbacs.zoo.tensors;

/**
 * A read-only, hash-checked view of a package of the BioImage Model Zoo, zip or folder.
 *
 * <p>Descriptions of format 0.4 and 0.5 become the same {@link deepbacs.zoo.tensors.TensorSpec}.
 */
package deepbacs.zoo.packages;

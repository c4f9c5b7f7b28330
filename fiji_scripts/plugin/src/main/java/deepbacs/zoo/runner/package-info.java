/** ONNX Runtime: tensors in, tensors out. */
package deepbacs.zoo.runner;

/** ImageJ without a window, driven by a Python process through standard input and output. */
package deepbacs.zoo.worker;

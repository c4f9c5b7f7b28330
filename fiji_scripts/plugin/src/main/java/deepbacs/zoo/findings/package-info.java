/** Observations about a package or an image that end no run. */
package deepbacs.zoo.findings;

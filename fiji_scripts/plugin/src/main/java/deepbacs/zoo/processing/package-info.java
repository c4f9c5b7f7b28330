/** The pre- and postprocessing operations of the RDF, measured once and applied anywhere. */
package deepbacs.zoo.processing;

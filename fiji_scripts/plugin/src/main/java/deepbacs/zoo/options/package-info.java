/** Options of deepbacs_zoo as data, so that Python, a macro and the dialog name them in turn. */
package deepbacs.zoo.options;

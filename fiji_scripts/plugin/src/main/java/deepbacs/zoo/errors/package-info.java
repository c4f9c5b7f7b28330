/** The one exception that a user can act on, and texts as Python writes them. */
package deepbacs.zoo.errors;

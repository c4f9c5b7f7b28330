/** The command {@code DeepBacs Run}: its options, dialog, result windows and report. */
package deepbacs.zoo.plugin;

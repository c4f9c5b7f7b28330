/** A check of the Java environment, started by {@code deepbacs-zoo fiji doctor}. */
package deepbacs.zoo.doctor;

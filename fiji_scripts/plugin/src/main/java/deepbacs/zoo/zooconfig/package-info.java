/**
 * The entry {@code config.deepbacs_zoo} of a description, typed.
 *
 * <p>Schema 2 has the names of {@code deepbacs_zoo.package.zoo_config}; the names of schema 1 are
 * read into the same objects.
 */
package deepbacs.zoo.zooconfig;

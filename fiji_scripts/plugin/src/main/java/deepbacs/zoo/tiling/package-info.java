/** The plan of the passes through a network: sizes, tiles, and the part of every tensor in them. */
package deepbacs.zoo.tiling;

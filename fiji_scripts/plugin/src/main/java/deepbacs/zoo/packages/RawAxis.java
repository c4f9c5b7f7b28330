package deepbacs.zoo.packages;

import deepbacs.zoo.tensors.Axis;
import deepbacs.zoo.tensors.Size;

/** An axis whose size may still be a reference; the places are where it and its halo stand. */
final class RawAxis {

  final Axis axis;
  final Field place;
  /** Null for a size of its own. */
  final Reference reference;
  /** Null without a halo. */
  final Field haloPlace;

  RawAxis(Axis axis, Field place, Reference reference, Field haloPlace) {
    this.axis = axis;
    this.place = place;
    this.reference = reference;
    this.haloPlace = haloPlace;
  }

  RawAxis withHalo(int halo, Field stated) {
    Axis changed =
        new Axis(axis.name, axis.id, axis.size, halo, axis.scale, axis.unit, axis.channelNames);
    return new RawAxis(changed, place, reference, stated);
  }

  /** The axis with its size looked up. */
  Axis sized(Size size) {
    return new Axis(
        axis.name, axis.id, size, axis.halo, axis.scale, axis.unit, axis.channelNames);
  }

  /** Where the halo stands, with its value. */
  Field ofHalo() {
    return (haloPlace == null ? place : haloPlace).with((long) axis.halo);
  }
}

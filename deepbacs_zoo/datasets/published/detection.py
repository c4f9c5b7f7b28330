"""The published sets with boxes: growth stages, and phenotypes under antibiotics."""

from __future__ import annotations

from typing import Final

from deepbacs_zoo.datasets.published.parts import train_and_test
from deepbacs_zoo.datasets.types import PartLayout, PublishedArchive, PublishedSet, Variant

__all__ = ["DETECTION"]

_BOXES: Final = (
    ("{part}*/source", "{part}*/target"),
    ("{part}*/*images*", "{part}*/*annotations*"),
    ("{part}*", "{part}*"),
)
DETECTION: Final = (
    PublishedSet(
        name="ecoli-growth-stage",
        title="Escherichia coli, growth stages",
        task="detection",
        archive=PublishedArchive(5551016, "DeepBacs_Data_Object_Detection_E.coli_Growth_Stage.zip"),
        modality="bright field",
        networks=("YOLOv2",),
        classes=("rod", "dividing", "microcolony"),
        variants=(Variant("default", "boxes", train_and_test(*_BOXES), known=False),),
        remarks="PASCAL VOC. The record also holds the authors' trained YOLOv2 model.",
    ),
    PublishedSet(
        name="ecoli-antibiotics",
        title="Escherichia coli NO34, phenotypes under antibiotics",
        task="detection",
        archive=PublishedArchive(
            5551057, "DeepBacs_Data_Object_Detection_E.coli_Antibiotic_Phenotyping.zip"
        ),
        modality="confocal fluorescence (Nile Red and DAPI), 63x/1.4, as RGB pictures",
        networks=("YOLOv2",),
        pixel_size=(0.084, 0.084),
        training=153,
        test=50,
        classes=(
            "Oblique",
            "Rifampicin",
            "Mecillinam",
            "MP265",
            "Vesicle",
            "CAM",
            "Control",
            "Nalidixate",
        ),
        variants=(
            Variant(
                "default",
                "boxes",
                (
                    train_and_test(*_BOXES)[0],
                    PartLayout(
                        "test",
                        (
                            ("test*individual*/source", "test*individual*/target"),
                            ("test*individual*/*images*", "test*individual*/*annotations*"),
                            ("test*individual*", "test*individual*"),
                            ("test/*individual*", "test/*individual*"),
                            ("test/source", "test/target"),
                        ),
                    ),
                ),
                known=False,
                remark="tested on images of one treatment each",
            ),
            Variant(
                "stitched",
                "boxes",
                (
                    train_and_test(*_BOXES)[0],
                    PartLayout(
                        "test",
                        (
                            ("test*stitched*/source", "test*stitched*/target"),
                            ("test*stitched*/*images*", "test*stitched*/*annotations*"),
                            ("test*stitched*", "test*stitched*"),
                            ("test/*stitched*", "test/*stitched*"),
                        ),
                    ),
                ),
                known=False,
                remark="tested on 32 images stitched together from several treatments",
            ),
        ),
        remarks="PASCAL VOC, 400 x 400 pixels, 3,564 boxes: Oblique 789, Rifampicin 597, "
        "Mecillinam 484, MP265 410, Vesicle 393, CAM 374, Control 308, Nalidixate 209. Oblique and "
        "Vesicle are no treatments; most images hold some. The record also holds the authors' "
        "trained YOLOv2 model.",
    ),
)

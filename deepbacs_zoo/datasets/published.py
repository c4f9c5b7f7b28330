"""The published DeepBacs data sets: an explicit table of what is known about each.

Sources: the Zenodo records and the article; SHA-256 sums as torch-em verifies them; folders inside
the archives as the loaders of public projects find them.  Nothing here was guessed: what no source
states is ``None``, and ``Variant.known`` says whether anybody has seen the folders.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from deepbacs_zoo.datasets.model import Archive, PartLayout, PublishedSet, SplitRule, Variant
from deepbacs_zoo.errors import UsageError

__all__ = ["PUBLISHED", "get_set", "get_variant"]

_SEGMENTING: Final = ("StarDist", "U-Net", "SplineDist", "pix2pix", "CARE")
_PARTS: Final[tuple[tuple[Literal["training", "test"], tuple[str, ...]], ...]] = (
    ("training", ("train", "training")),
    ("test", ("test",)),
)


def _parts(*folders: tuple[str, str | None], test_optional: bool = False) -> tuple[PartLayout, ...]:
    """Return a training and a test part that differ only in the name put for ``{part}``."""
    return tuple(
        PartLayout(
            name,
            tuple(
                (source.format(part=part), target and target.format(part=part))
                for part in aliases
                for source, target in folders
            ),
            optional=test_optional and name == "test",
        )
        for name, aliases in _PARTS
    )


_STAPH: Final = Archive(
    5550933,
    "DeepBacs_Data_Segmentation_Staph_Aureus_dataset.zip",
    "4047792f1248ee82fce34121d0ade84828e55db5a34656cc25beec46eacaf307",
)


def _staph(channel: str, title: str, modality: str) -> PublishedSet:
    test = PartLayout(
        "test", ((f"{channel}_dataset/test/{channel}", f"{channel}_dataset/test/masks"),)
    )

    def training(cut: str) -> PartLayout:
        folder = f"{channel}_dataset/train/{cut}"
        return PartLayout("training", ((f"{folder}/{channel}", f"{folder}/masks"),))

    return PublishedSet(
        name=f"saureus-{channel}",
        title=title,
        task="segmentation",
        archive=_STAPH,
        modality=modality,
        networks=_SEGMENTING,
        pixel_size=(0.08, 0.08),
        variants=(
            Variant("default", "labels", (training("full_images"), test), known=True),
            Variant(
                "patches",
                "labels",
                (training("patches"), test),
                known=True,
                remark="training images in four tiles of 256 x 256 pixels, as the authors trained",
            ),
        ),
        remarks="512 x 512 pixels, 16 bit; bright field and fluorescence lie in one archive.",
    )


_SEGMENTATION: Final = (
    _staph(
        "brightfield",
        "Staphylococcus aureus JE2, bright field (DIC)",
        "DIC, DeltaVision OMX, 60x/1.42",
    ),
    _staph(
        "fluorescence",
        "Staphylococcus aureus JE2, Nile Red",
        "wide-field fluorescence (Nile Red), DeltaVision OMX, 60x/1.42",
    ),
    PublishedSet(
        name="ecoli-brightfield",
        title="Escherichia coli MG1655, growing, bright field",
        task="segmentation",
        archive=Archive(
            5550935,
            "DeepBacs_Data_Segmentation_E.coli_Brightfield_dataset.zip",
            "f812a2f814c3875c78fcc1609a2e9b34c916c7a9911abbf8117f423536ef1c17",
        ),
        modality="bright field, 100x/1.49, one frame a minute",
        networks=_SEGMENTING,
        pixel_size=(0.079, 0.079),
        training=19,
        test=15,
        variants=(
            Variant(
                "default", "labels", _parts(("{part}/brightfield", "{part}/masks_RoiMap*")), True
            ),
            Variant(
                "binary",
                "binary",
                _parts(("{part}/brightfield", "{part}/masks_binary*")),
                known=True,
                remark="masks of foreground, as for U-Net and CARE: cells that touch are one",
            ),
        ),
        remarks="1024 x 1024 pixels, 8 bit, taken at 158 nm and doubled without interpolation. The "
        "archive also holds live-cell_data, 9 regions of 80 frames without masks; they stay in it.",
    ),
    PublishedSet(
        name="bsubtilis-fluorescence",
        title="Bacillus subtilis SH130, FtsZ-GFP",
        task="segmentation",
        archive=Archive(5550968, "DeepBacs_Data_Segmentation_B.subtilis_FtsZ_dataset.zip"),
        modality="wide-field fluorescence, 100x TIRF objective",
        networks=_SEGMENTING,
        pixel_size=(0.065, 0.065),
        variants=(
            Variant(
                "default",
                "labels",
                _parts(("StarDist_dataset/{part}/fluorescence", "StarDist_dataset/{part}/masks")),
                known=True,
            ),
            Variant(
                "binary",
                "binary",
                _parts(
                    (
                        "CARE_U-Net_dataset/{part}/fluorescence",
                        "CARE_U-Net_dataset/{part}/masks",
                    )
                ),
                known=False,
                remark="masks of foreground, as for U-Net and CARE",
            ),
        ),
        remarks="1024 x 1024 pixels, 8 bit, denoised (PureDenoise) and stretched to percentiles "
        "1-99.98. The archive holds the same images for SplineDist and pix2pix; they stay in it.",
    ),
    PublishedSet(
        name="bsubtilis-multilabel",
        title="Bacillus subtilis SH130, FtsZ-GFP, for the multilabel U-Net",
        task="segmentation",
        archive=Archive(5639253, "Multilabel_U-Net_dataset_B.subtilis.zip"),
        modality="wide-field fluorescence, 100x TIRF objective",
        networks=("multilabel U-Net",),
        pixel_size=(0.065, 0.065),
        variants=(
            Variant(
                "default",
                "labels",
                _parts(
                    ("{part}/source", "{part}/instance_segmentation_GT"),
                    ("{part}/*fluorescence*", "{part}/instance_segmentation_GT"),
                    ("{part}/*images*", "{part}/instance_segmentation_GT"),
                ),
                known=False,
                remark="cells with a number each; of its folders only that of the targets was seen",
            ),
            Variant(
                "classes",
                "classes",
                _parts(
                    ("{part}/source", "{part}/target"),
                    ("{part}/source", "{part}/*semantic*"),
                    ("{part}/*fluorescence*", "{part}/*semantic*"),
                    ("{part}/*images*", "{part}/*semantic*"),
                ),
                known=False,
                remark="background 0, cytosol 1, boundary 2; this project's tasks take the "
                "default, from which they derive the classes themselves",
            ),
        ),
        remarks="The record also holds the authors' trained model.",
    ),
    PublishedSet(
        name="mixed",
        title="Staphylococcus aureus, Escherichia coli and Bacillus subtilis together",
        task="segmentation",
        archive=Archive(
            5551009,
            "DeepBacs_Data_Segmentation_StarDist_MIXED_dataset.zip",
            "2730e6b391637d6dc05bbc7b8c915fd8184d835ac3611e13f23ac6f10f86c2a0",
        ),
        modality="DIC and fluorescence (S. aureus), bright field (E. coli), "
        "fluorescence (B. subtilis)",
        networks=("StarDist",),
        training=155,
        variants=(Variant("default", "labels", _parts(("{part}/source", "{part}/target")), True),),
        split=SplitRule(strata=("JE2", "pos", "train_")),
        remarks="No one pixel size: 80 nm (names that begin with JE2), 79 nm (pos), 65 nm "
        "(train_). 155 is the number of training patches that the record states. The record also "
        "holds the authors' trained StarDist model.",
    ),
    PublishedSet(
        name="ecoli-stationary",
        title="Escherichia coli, stationary phase, bright field",
        task="segmentation",
        archive=Archive(6400327, folder="DeepBacs_Data_Segmentation_Ecoli_stationary_phase"),
        modality="bright field",
        networks=(),
        variants=(
            Variant(
                "default",
                "labels",
                _parts(
                    ("{part}/brightfield", "{part}/masks*"),
                    ("{part}/source", "{part}/target"),
                    ("{part}/images", "{part}/masks"),
                    test_optional=True,
                ),
                known=False,
                remark="it has train and test folders; their contents were not described",
            ),
        ),
        remarks="Added after the article; not every cell is annotated, as one user reports.",
    ),
)

_BOXES: Final = (
    ("{part}*/source", "{part}*/target"),
    ("{part}*/*images*", "{part}*/*annotations*"),
    ("{part}*", "{part}*"),
)
_DETECTION: Final = (
    PublishedSet(
        name="ecoli-growth-stage",
        title="Escherichia coli, growth stages",
        task="detection",
        archive=Archive(5551016, "DeepBacs_Data_Object_Detection_E.coli_Growth_Stage.zip"),
        modality="bright field",
        networks=("YOLOv2",),
        classes=("rod", "dividing", "microcolony"),
        variants=(Variant("default", "boxes", _parts(*_BOXES), known=False),),
        remarks="PASCAL VOC. The record also holds the authors' trained YOLOv2 model.",
    ),
    PublishedSet(
        name="ecoli-antibiotics",
        title="Escherichia coli NO34, phenotypes under antibiotics",
        task="detection",
        archive=Archive(
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
                    _parts(*_BOXES)[0],
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
                    _parts(*_BOXES)[0],
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

_PAIRED: Final = (
    Variant("default", "images", _parts(("{part}/low_SNR", "{part}/high_SNR")), known=True),
)
_DENOISING: Final = (
    PublishedSet(
        name="ecoli-hns",
        title="Escherichia coli, H-NS-mScarlet-I (nucleoid), low and high signal",
        task="denoising",
        archive=Archive(5551112, folder="DeepBacs_Data_Denoising_E.coli_H-NS-mScarlet-I_dataset"),
        modality="fluorescence",
        networks=("CARE", "Noise2Void"),
        variants=_PAIRED,
    ),
    PublishedSet(
        name="ecoli-mreb",
        title="Escherichia coli, MreB, low and high signal",
        task="denoising",
        archive=Archive(None, folder="DeepBacs_Data_Denoising_E.coli_MreB"),
        modality="fluorescence",
        networks=("CARE", "Noise2Void"),
        variants=_PAIRED,
        remarks="The number of its record is not known here; bring its zip with --from-file.",
    ),
    PublishedSet(
        name="bsubtilis-vercini",
        title="Bacillus subtilis, FtsZ-GFP in upright cells (VerCINI), time series",
        task="denoising",
        archive=Archive(5551135),
        modality="fluorescence, time series",
        networks=("Noise2Void",),
        variants=(
            Variant(
                "default",
                "none",
                (
                    PartLayout("training", (("train*/*", None), ("train*", None))),
                    PartLayout("test", (("test*/*", None), ("test*", None)), optional=True),
                ),
                known=False,
                remark="noisy images alone: there is no ground truth",
            ),
        ),
    ),
)

_LABELLING: Final = tuple(
    PublishedSet(
        name=name,
        title=title,
        task="labelling",
        archive=Archive(5551123),
        modality=modality,
        networks=("fnet", "CARE"),
        variants=(Variant("default", "images", _parts(*folders), known=False),),
        remarks="One record holds both pairs: bright field with wide-field fluorescence, and with "
        "super-resolved PAINT.",
    )
    for name, title, modality, folders in (
        (
            "ecoli-membrane",
            "Escherichia coli, bright field to membrane fluorescence",
            "bright field; wide-field fluorescence",
            (("{part}/*bright*", "{part}/*fluo*"),),
        ),
        (
            "ecoli-membrane-paint",
            "Escherichia coli, bright field to membrane super-resolved by PAINT",
            "bright field; PAINT",
            (("{part}/*bright*", "{part}/*paint*"),),
        ),
    )
)

_SUPER_RESOLUTION: Final = tuple(
    PublishedSet(
        name=name,
        title=title,
        task="super-resolution",
        archive=Archive(record, file),
        modality="wide field; structured illumination",
        networks=("CARE",),
        variants=(Variant("default", "images", _parts(("{part}/WF", "{part}/SIM")), known=True),),
        remarks="Membranes of living cells; the SIM images are sampled finer than the wide field.",
    )
    for name, title, record, file in (
        (
            "ecoli-sim",
            "Escherichia coli, membranes, wide field to SIM",
            5551153,
            "DeepBacs_Data_Super-resolution_prediction_E.coli.zip",
        ),
        (
            "saureus-sim",
            "Staphylococcus aureus, membranes, wide field to SIM",
            5551141,
            "DeepBacs_Data_Super-resolution_prediction_S.aureus.zip",
        ),
    )
)

PUBLISHED: Final[Mapping[str, PublishedSet]] = MappingProxyType(
    {
        entry.name: entry
        for entry in (*_SEGMENTATION, *_DETECTION, *_DENOISING, *_LABELLING, *_SUPER_RESOLUTION)
    }
)
"""All published sets by name."""


def get_set(name: str) -> PublishedSet:
    """Return a published set.

    Raises
    ------
    UsageError
        No set has this name.
    """
    if name in PUBLISHED:
        return PUBLISHED[name]
    raise UsageError(
        "data set",
        "no data set has this name",
        value=name,
        allowed=", ".join(PUBLISHED),
        hint="choose one of these; deepbacs-zoo data list tells them",
    )


def get_variant(entry: PublishedSet, name: str | None = None) -> Variant:
    """Return a variant of a set; the one that is taken by default if no name is given.

    Raises
    ------
    UsageError
        The set has no variant of this name.
    """
    for variant in entry.variants:
        if name in {None, variant.name}:
            return variant
    raise UsageError(
        entry.name,
        "this data set has no such variant",
        value=name,
        allowed=", ".join(variant.name for variant in entry.variants),
        hint="choose one of these",
    )

"""The published sets of single cells: S. aureus, E. coli, B. subtilis, all mixed."""

from __future__ import annotations

from typing import Final

from deepbacs_zoo.datasets.published.parts import train_and_test
from deepbacs_zoo.datasets.types import (
    PartLayout,
    PublishedArchive,
    PublishedSet,
    SplitRule,
    Variant,
)

__all__ = ["SEGMENTATION"]

_NETWORKS: Final = ("StarDist", "U-Net", "SplineDist", "pix2pix", "CARE")
_STAPH: Final = PublishedArchive(
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
        networks=_NETWORKS,
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


SEGMENTATION: Final = (
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
        archive=PublishedArchive(
            5550935,
            "DeepBacs_Data_Segmentation_E.coli_Brightfield_dataset.zip",
            "f812a2f814c3875c78fcc1609a2e9b34c916c7a9911abbf8117f423536ef1c17",
        ),
        modality="bright field, 100x/1.49, one frame a minute",
        networks=_NETWORKS,
        pixel_size=(0.079, 0.079),
        training=19,
        test=15,
        variants=(
            Variant(
                "default",
                "labels",
                train_and_test(("{part}/brightfield", "{part}/masks_RoiMap*")),
                True,
            ),
            Variant(
                "binary",
                "binary",
                train_and_test(("{part}/brightfield", "{part}/masks_binary*")),
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
        archive=PublishedArchive(5550968, "DeepBacs_Data_Segmentation_B.subtilis_FtsZ_dataset.zip"),
        modality="wide-field fluorescence, 100x TIRF objective",
        networks=_NETWORKS,
        pixel_size=(0.065, 0.065),
        variants=(
            Variant(
                "default",
                "labels",
                train_and_test(
                    ("StarDist_dataset/{part}/fluorescence", "StarDist_dataset/{part}/masks")
                ),
                known=True,
            ),
            Variant(
                "binary",
                "binary",
                train_and_test(
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
        archive=PublishedArchive(5639253, "Multilabel_U-Net_dataset_B.subtilis.zip"),
        modality="wide-field fluorescence, 100x TIRF objective",
        networks=("multilabel U-Net",),
        pixel_size=(0.065, 0.065),
        variants=(
            Variant(
                "default",
                "labels",
                train_and_test(
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
                train_and_test(
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
        archive=PublishedArchive(
            5551009,
            "DeepBacs_Data_Segmentation_StarDist_MIXED_dataset.zip",
            "2730e6b391637d6dc05bbc7b8c915fd8184d835ac3611e13f23ac6f10f86c2a0",
        ),
        modality="DIC and fluorescence (S. aureus), bright field (E. coli), "
        "fluorescence (B. subtilis)",
        networks=("StarDist",),
        training=155,
        variants=(
            Variant("default", "labels", train_and_test(("{part}/source", "{part}/target")), True),
        ),
        split=SplitRule(strata=("JE2", "pos", "train_")),
        remarks="No one pixel size: 80 nm (names that begin with JE2), 79 nm (pos), 65 nm "
        "(train_). 155 is the number of training patches that the record states. The record also "
        "holds the authors' trained StarDist model.",
    ),
    PublishedSet(
        name="ecoli-stationary",
        title="Escherichia coli, stationary phase, bright field",
        task="segmentation",
        archive=PublishedArchive(
            6400327, folder="DeepBacs_Data_Segmentation_Ecoli_stationary_phase"
        ),
        modality="bright field",
        networks=(),
        variants=(
            Variant(
                "default",
                "labels",
                train_and_test(
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

"""The published sets in which an image leads to another: denoising, labelling, super-resolution."""

from __future__ import annotations

from typing import Final

from deepbacs_zoo.datasets.published.parts import train_and_test
from deepbacs_zoo.datasets.types import PartLayout, PublishedArchive, PublishedSet, Variant

__all__ = ["DENOISING", "LABELING", "SUPER_RESOLUTION"]

_PAIRED: Final = (
    Variant("default", "images", train_and_test(("{part}/low_SNR", "{part}/high_SNR")), known=True),
)
DENOISING: Final = (
    PublishedSet(
        name="ecoli-hns",
        title="Escherichia coli, H-NS-mScarlet-I (nucleoid), low and high signal",
        task="denoising",
        archive=PublishedArchive(
            5551112, folder="DeepBacs_Data_Denoising_E.coli_H-NS-mScarlet-I_dataset"
        ),
        modality="fluorescence",
        networks=("CARE", "Noise2Void"),
        variants=_PAIRED,
    ),
    PublishedSet(
        name="ecoli-mreb",
        title="Escherichia coli, MreB, low and high signal",
        task="denoising",
        archive=PublishedArchive(None, folder="DeepBacs_Data_Denoising_E.coli_MreB"),
        modality="fluorescence",
        networks=("CARE", "Noise2Void"),
        variants=_PAIRED,
        remarks="The number of its record is not known here; its zip has to be brought.",
    ),
    PublishedSet(
        name="bsubtilis-vercini",
        title="Bacillus subtilis, FtsZ-GFP in upright cells (VerCINI), time series",
        task="denoising",
        archive=PublishedArchive(5551135),
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

LABELING: Final = tuple(
    PublishedSet(
        name=name,
        title=title,
        task="labelling",
        archive=PublishedArchive(5551123),
        modality=modality,
        networks=("fnet", "CARE"),
        variants=(Variant("default", "images", train_and_test(*folders), known=False),),
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

SUPER_RESOLUTION: Final = tuple(
    PublishedSet(
        name=name,
        title=title,
        task="super-resolution",
        archive=PublishedArchive(record, file),
        modality="wide field; structured illumination",
        networks=("CARE",),
        variants=(
            Variant("default", "images", train_and_test(("{part}/WF", "{part}/SIM")), known=True),
        ),
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

"""Shift, turn and zoom training images a little at random; as a second strength, mirror them too.

Each epoch then shows other versions of the same pictures, so single pixels cannot be memorised. Mirroring helps where
left and right mean nothing (animals) and hurts where they do (digits); the experiment decides.

Does not apply to inputs that are not images of shape (height, width, 1, 3 or 4 channels), or are augmented already.

Reference: Shorten and Khoshgoftaar, "A survey on image data augmentation for deep learning" (2019).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.architecture import has, make_layer
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

SMALLEST_SIDE = 8
CHANNELS = (1, 3, 4)
SHIFT, TURN, ZOOM = 0.08, 0.03, 0.08
"""Shares of the side (shift, zoom) and of a full turn: two pixels and eleven degrees for a picture of 28 pixels."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Small shifts, turns and zooms; then mirror images too.

    Raises:
        NotApplicable: the inputs are no images, or are augmented already.
    """
    shape = case.data.x.shape
    if len(shape) != 4 or shape[3] not in CHANNELS or min(shape[1:3]) < SMALLEST_SIDE:
        raise NotApplicable(f"inputs of shape {shape[1:]} are not images of (height, width, channels)")
    if recipe.augmentation or has(recipe.model, "RandomFlip", "RandomTranslation", "RandomRotation", "RandomZoom"):
        raise NotApplicable("the images are augmented already")
    gentle = (
        make_layer("RandomTranslation", "shift", height_factor=SHIFT, width_factor=SHIFT, fill_mode="nearest"),
        make_layer("RandomRotation", "turn", factor=TURN, fill_mode="nearest"),
        make_layer("RandomZoom", "zoom", height_factor=ZOOM, fill_mode="nearest"),
    )
    mirror = make_layer("RandomFlip", "mirror", mode="horizontal")
    return (replace(recipe, augmentation=gentle), replace(recipe, augmentation=(*gentle, mirror)))


REMEDY = Remedy(id="augment-images", title="Shift, turn and zoom training images", apply=apply)

"""Vary training images a little at random: shift, turn, shear, zoom and flip them.

Each epoch then shows other versions of the same pictures, so single pixels cannot be memorised. Which variations leave
the meaning alone depends on the pictures: flipping is right where left and right mean nothing (animals) and wrong where
they do (digits). So each has a verdict of its own, beside shifts, turns and zooms together, without and with flips; the
experiment decides.

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
SHIFT, TURN, ZOOM, SHEAR = 0.08, 0.03, 0.08, 0.2
"""Shares of the side (shift, zoom), of a full turn, and of the height by which rows move apart (shear): two pixels and
eleven degrees for a picture of 28 pixels."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Small shifts, turns and zooms together, the same with flips, then each variation alone.

    Raises:
        NotApplicable: the inputs are no images, or are augmented already.
    """
    shape = case.data.x.shape
    if len(shape) != 4 or shape[3] not in CHANNELS or min(shape[1:3]) < SMALLEST_SIDE:
        raise NotApplicable(f"inputs of shape {shape[1:]} are not images of (height, width, channels)")
    shift = make_layer("RandomTranslation", "shift", height_factor=SHIFT, width_factor=SHIFT, fill_mode="nearest")
    turn = make_layer("RandomRotation", "turn", factor=TURN, fill_mode="nearest")
    # A range, for Keras draws the direction itself, and cannot load a layer that was made with a single number.
    shear = make_layer("RandomShear", "shear", x_factor=[0.0, SHEAR], fill_mode="nearest")
    zoom = make_layer("RandomZoom", "zoom", height_factor=ZOOM, fill_mode="nearest")
    flip = make_layer("RandomFlip", "flip", mode="horizontal")
    alone = (shift, turn, shear, zoom, flip)
    if recipe.augmentation or has(recipe.model, *(layer["class_name"] for layer in alone)):
        raise NotApplicable("the images are augmented already")
    together = (shift, turn, zoom)
    choices = (together, (*together, flip), *((layer,) for layer in alone))
    return tuple(replace(recipe, augmentation=layers) for layers in choices)


REMEDY = Remedy(id="augment-images", title="Vary training images at random", apply=apply)

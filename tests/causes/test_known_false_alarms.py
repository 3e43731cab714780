"""Healthy trainings that other tools are known to flag, and faults that they are known to pass over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sklearn import datasets

from lossclinic.causes.data import unscaled_targets
from lossclinic.causes.loss import logits_mismatch, wrong_loss, wrong_output_activation, wrong_output_units
from lossclinic.core.architecture import make_layer
from lossclinic.evidence.output_contract import output_contract
from lossclinic.evidence.targets import targets
from tests.evidence.planting import case, classes, dense, model

IRIS, DIABETES = datasets.load_iris(), datasets.load_diabetes()
STANDARD = (DIABETES.target - DIABETES.target.mean()) / DIABETES.target.std()
OF_THE_OUTPUT = (wrong_loss, wrong_output_activation, wrong_output_units, logits_mismatch)


def signs(c) -> set[str]:
    found = [cause.examine(output_contract(c, c.recipe), c) for cause in OF_THE_OUTPUT]
    return {finding.cause for finding in found if finding.status != "clear"}


def iris(*output, loss_name="SparseCategoricalCrossentropy"):
    """Species behind a hidden layer and these output layers."""
    c = classes(IRIS.data, IRIS.target, loss_name=loss_name)
    return replace(c, recipe=replace(c.recipe, model=model(4, dense(16, "relu", "hidden"), *output)))


@pytest.mark.parametrize("name", ["dense_2", "classes", "softmax", "prediction"])
def test_a_softmax_is_known_by_what_it_does_not_by_its_name(name):
    assert not signs(iris(dense(3, "softmax", name)))
    assert signs(iris(dense(3, "linear", name))) == {"logits-mismatch"}


def test_a_softmax_layer_of_its_own_is_a_softmax():
    assert not signs(iris(dense(3, "linear"), make_layer("Softmax", "behind")))


@pytest.mark.parametrize("loss", ["MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh"])
def test_a_regression_needs_no_softmax_and_no_other_loss(loss):
    c = case(DIABETES.data, STANDARD, loss_name=loss)
    assert not signs(c)
    assert unscaled_targets.examine(targets(c), c, c.recipe).status == "clear"


def test_two_faults_are_two_findings():
    assert signs(iris(dense(2, "linear"))) == {"logits-mismatch", "wrong-output-units"}

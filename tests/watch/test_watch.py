"""The callback in real fits on JAX."""

import json

import numpy as np
import pytest

from lossclinic.core.errors import UsageError
from lossclinic.engine.backend import use_jax

keras = use_jax()

from planted.healthy import DIABETES, IRIS, LINE, MOONS  # noqa: E402

from lossclinic.intake.callbacks import read_callbacks  # noqa: E402
from lossclinic.watch.callback import Watch  # noqa: E402
from tests.watch.fits import network, rows, same_with_and_without  # noqa: E402


def watched(model, x, y, *, callbacks=(), sample=None, epochs=12, **more):
    lines = []
    watch = Watch(share=0.5, say=lines.append, sample=sample, **more)
    model.fit(x, y, epochs=epochs, batch_size=16, verbose=0, callbacks=[watch, *callbacks])
    assert watch.lines == tuple(lines)
    return watch


def test_nothing_is_different_afterwards(tmp_path):
    assert same_with_and_without(tmp_path)


def test_rows_without_a_number_are_told_with_the_step_and_stop_the_run():
    x, y = rows()
    x[50, 2] = np.nan
    watch = watched(network(), x, y, stop_on={"non-finite-loss"})
    (finding,) = watch.findings
    assert (finding.cause, finding.status) == ("non-finite-loss", "observed")
    assert "step" in finding.reason
    assert "lossclinic explain non-finite-loss" in watch.lines[0]
    assert "\n" not in watch.lines[0]
    assert len(watch.model.history.epoch) == 1


def test_a_bad_row_late_in_the_epoch_is_told_with_its_very_step():
    x, y = rows(160)
    x[150] = np.inf
    lines = []
    watch = Watch(say=lines.append)
    network().fit(x, y, epochs=2, batch_size=16, verbose=0, shuffle=False, callbacks=[watch])
    assert "step 10 (epoch 1)" in lines[0]


def test_a_rate_far_too_high():
    x, y = rows()
    watch = watched(network("sgd", 3.0), x, y, sample=x[:64])
    assert {finding.cause for finding in watch.findings} <= {"learning-rate-too-high", "non-finite-loss"}
    assert watch.findings


def test_a_rate_far_too_low():
    x, y = rows()
    watch = watched(network("sgd", 1e-7), x, y)
    assert [finding.cause for finding in watch.findings] == ["learning-rate-too-low"]


def test_a_rate_of_zero():
    x, y = rows()
    watch = watched(network(rate=0.0), x, y)
    assert [finding.cause for finding in watch.findings] == ["learning-rate-too-low"]


@pytest.mark.parametrize("with_sample", [True, False])
def test_units_that_never_wake(with_sample):
    x, y = rows()
    model = network("sgd", 1e-2, bias_initializer=keras.initializers.Constant(-9))
    watch = watched(model, x, y, sample=x[:64] if with_sample else None, epochs=20)
    (finding,) = watch.findings
    assert (finding.cause, finding.where.layer) == ("dead-units", "hidden_0")


@pytest.mark.parametrize("training", [IRIS, DIABETES, MOONS, LINE], ids=["iris", "diabetes", "moons", "line"])
def test_healthy_trainings_are_met_with_silence(training):
    material = training.make(1)
    fit = {**material.fit, "epochs": 25}
    watch = Watch(share=0.3, sample=material.x[:128])
    fit["callbacks"] = [*fit.get("callbacks", []), watch]
    material.model.fit(material.x, material.y, **fit)
    assert watch.lines == ()
    assert "nothing wrong" in watch.summary()
    assert not watch._off


def test_what_was_trained_before_and_goes_on_is_no_news():
    x, y = rows()
    model = network(rate=1e-2)
    model.fit(x, y, epochs=30, batch_size=16, verbose=0)
    model.layers[0].trainable = False
    model.compile(keras.optimizers.Adam(1e-5), "mse")
    assert watched(model, x, y).findings == ()


def test_a_second_fit_is_known_to_go_on():
    x, y = rows()
    model = network("sgd", 1e-7)
    assert [finding.cause for finding in watched(model, x, y).findings] == ["learning-rate-too-low"]
    assert watched(model, x, y).findings == ()
    x[5] = np.nan
    assert [finding.cause for finding in watched(model, x, y).findings] == ["non-finite-loss"]


def test_the_log_is_strict_json_of_every_kind(tmp_path):
    x, y = rows()
    x[5] = np.nan
    watched(network(), x, y, folder=tmp_path, sample=x[8:40])
    lines = (tmp_path / "watch.jsonl").read_text(encoding="utf-8").splitlines()
    kinds = {json.loads(line, parse_constant=pytest.fail)["kind"] for line in lines}
    assert {"fit", "finding"} <= kinds
    watched(network(), *rows(), folder=tmp_path)
    more = (tmp_path / "watch.jsonl").read_text(encoding="utf-8").splitlines()[len(lines) :]
    assert {"fit", "look", "epoch"} <= {json.loads(line)["kind"] for line in more}


def test_looks_grow_rarer_and_cost_little():
    x, y = rows(2000)
    watch = Watch()
    network().fit(x, y, epochs=10, batch_size=4, verbose=0, callbacks=[watch])
    assert 2 <= len(watch.record.looks) < 700
    taken = watch._spent / watch.record.looks[-1].seconds
    assert taken < 0.1  # the target is 2 %; a busy machine stretches single measurements


def test_losses_within_a_long_epoch_are_means_of_stretches():
    x, y = rows(4000)
    watch = Watch(share=0.5)
    model = network()
    kept = []
    note = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: kept.append(logs["loss"]))
    model.fit(x, y, epochs=1, batch_size=4, verbose=0, callbacks=[watch, note])
    first = watch.record.stretches[0]
    assert len(watch.record.stretches) >= 2
    assert first.loss == pytest.approx(kept[first.step - 1], rel=1e-4)


def test_it_gives_up_with_one_warning_and_the_training_goes_on(monkeypatch):
    x, y = rows()
    watch = Watch()
    monkeypatch.setattr("lossclinic.watch.measure.Eyes.snapshot", lambda self: 1 / 0)
    with pytest.warns(RuntimeWarning, match="stopped watching") as warned:
        history = network().fit(x, y, epochs=3, verbose=0, callbacks=[watch])
    assert len(history.epoch) == 3
    assert len(warned) == 1


def test_a_sample_that_does_not_fit_is_left_out_with_a_warning():
    x, y = rows()
    with pytest.warns(RuntimeWarning, match="without the sample"):
        watch = watched(network(), x, y, sample=x[:, :2])
    assert len(watch.record.epochs) == 12


def test_it_can_be_used_again_and_alone():
    x, y = rows()
    watch = Watch(share=0.5)
    assert "Nothing has been watched" in watch.summary()
    for _ in range(2):
        network().fit(x, y, epochs=2, verbose=0, callbacks=watch)
        assert len(watch.record.epochs) == 2


def test_a_model_with_its_own_step_and_several_inputs():
    class Mine(keras.Model):
        def train_step(self, *arguments):
            return super().train_step(*arguments)

    one, two = keras.Input((3,), name="one"), keras.Input((3,), name="two")
    both = keras.layers.Dense(8, "relu", name="both")(keras.layers.Concatenate()([one, two]))
    model = Mine([one, two], keras.layers.Dense(1)(both))
    model.compile("sgd", "mse")
    x, y = rows()
    watch = watched(model, {"one": x[:, :3], "two": x[:, 3:]}, y, sample={"one": x[:9, :3], "two": x[:9, 3:]})
    assert watch.record.activity[0].dead.keys() == {"both"}
    assert watch.findings == ()


@pytest.mark.parametrize("wrong", [{"stop_on": {"no-such-cause"}}, {"stop_on": "unscaled-inputs"}, {"share": 2}])
def test_what_it_cannot_do_is_said_at_once(wrong):
    with pytest.raises(UsageError, match="Expected"):
        Watch(**wrong)


def test_the_experiments_know_that_it_changes_nothing():
    assert read_callbacks([Watch()]) == read_callbacks(None)


def test_the_catalogue_explains_every_cause_it_names():
    from lossclinic.core.catalogue import causes

    assert set(Watch().knows) <= set(causes())

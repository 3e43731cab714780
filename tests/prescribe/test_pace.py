"""A changed learning rate reaches a script whose callback sets the rate itself."""

from dataclasses import replace

import pytest

from lossclinic.core.recipe import Change, Cosine, Plateau, Scheduled, Split, Stop
from lossclinic.prescribe.script import edit_script
from lossclinic.prescribe.words import describe
from tests.prescribe.cases import case
from tests.prescribe.test_script import BEFORE, LIST

OWN = replace(BEFORE, pace=Scheduled((1.0, 0.5), own=True, arguments=1))


def scripted(callbacks: str) -> str:
    text = LIST.replace("model.fit(x, y, epochs=5)", f"model.fit(x, y, epochs=5, callbacks=[{callbacks}])")
    return text.replace("model = ", "def halved(epoch):\n    return 0.01 * 0.5**epoch\n\n\nmodel = ", 1)


@pytest.mark.parametrize(
    ("given", "pace", "written"),
    [
        ("halved", OWN.pace, "lambda epoch, rate: 10 * halved(epoch)"),
        ("schedule=halved", OWN.pace, "schedule=lambda epoch, rate: 10 * halved(epoch)"),
        (
            "lambda e, r: max(r, 0.1), verbose=1",
            Scheduled((1.0, 0.5), own=True),
            "lambda epoch, rate: 10 * (lambda e, r: max(r, 0.1))(epoch, rate / 10), verbose=1",
        ),
    ],
)
def test_what_the_function_says_is_scaled(given: str, pace: Scheduled, written: str) -> None:
    before = replace(OWN, pace=pace)
    text = scripted(f"keras.callbacks.LearningRateScheduler({given})")
    result = edit_script(text, case(text, before, {}), before.with_learning_rate(0.1))
    assert not result.unwritten
    assert f"LearningRateScheduler({written})" in result.text


def test_a_function_that_builds_on_the_optimizer_s_rate_stays() -> None:
    before = replace(BEFORE, pace=Scheduled((1.0, 0.5)))
    text = scripted("keras.callbacks.LearningRateScheduler(lambda e, r: r * 0.9)")
    result = edit_script(text, case(text, before, {}), before.with_learning_rate(0.1))
    assert "LearningRateScheduler(lambda e, r: r * 0.9)" in result.text
    assert len(before.diff(before.with_learning_rate(0.1))) == 1


def test_epochs_leave_the_callback_alone() -> None:
    text = scripted("keras.callbacks.LearningRateScheduler(halved)")
    result = edit_script(text, case(text, OWN, {}), replace(OWN, epochs=9))
    assert "epochs=9, callbacks=[keras.callbacks.LearningRateScheduler(halved)]" in result.text


def test_a_callback_that_cannot_be_found_is_handed_back() -> None:
    text = scripted("*made()")
    result = edit_script(text, case(text, OWN, {}), OWN.with_learning_rate(0.1))
    assert "10 * schedule(epoch)" in result.unwritten[0].code


@pytest.mark.parametrize("pace", [None, Plateau(0.5, 3), Scheduled((1.0, 0.1)), Cosine(3)])
def test_another_way_of_changing_the_rate_has_a_sentence(pace: Plateau | Scheduled | Cosine | None) -> None:
    (change,) = (c for c in OWN.diff(replace(OWN, pace=pace)) if isinstance(c, Change))
    assert describe(change).endswith(".")


def test_new_callbacks_are_written_beside_each_other() -> None:
    before = replace(BEFORE, split=Split("tail", 0.2))
    text = LIST.replace("model.fit(x, y, epochs=5)", "model.fit(x, y, epochs=5, validation_split=0.2)")
    for pace, written in (
        (
            Cosine(),
            "LearningRateScheduler(lambda epoch: float(keras.optimizers.schedules.CosineDecay(0.01, 5)(epoch)))",
        ),
        (Cosine(1), "CosineDecay(0.005, 4, warmup_target=0.01, warmup_steps=1)(epoch)"),
        (Plateau(0.3, 2), 'ReduceLROnPlateau(monitor="val_loss", factor=0.3, patience=2)'),
    ):
        result = edit_script(text, case(text, before, {}), replace(before, pace=pace, stop=Stop(9)))
        assert not result.unwritten
        assert written in result.text
        assert 'EarlyStopping(monitor="val_loss", patience=9, restore_best_weights=True)' in result.text


def test_a_plateau_needs_validation_rows_where_it_watches_them() -> None:
    result = edit_script(LIST, case(LIST, BEFORE, {}), replace(BEFORE, pace=Plateau(0.3, 2)))
    assert "ReduceLROnPlateau" in result.unwritten[0].code

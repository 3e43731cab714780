"""Each sign beside what only looks like it."""

import pytest

from lossclinic.watch.record import Activity, Broken, Epoch, Look, Record, Stretch
from lossclinic.watch.rules import IDS, look_for


def look(step, update=1e-3, loss=1.0, rows=32.0, moved=True, gradients=None, still=None, rate=1e-3):
    updates = {"a": update, "b": update, "c": update}
    return Look(step, step, step / 100, loss, rows, rate, updates, gradients or {}, still or {}, moved)


def record(losses, looks=None, val=None, **more):
    """One epoch of ten steps for each loss, looked at once."""
    count = len(losses)
    looks = looks or [look(10 * i + 1, loss=losses[0]) for i in range(count)]
    val = val or [None] * count
    return Record(
        activations={"a": "relu", "b": "relu", "c": "linear"},
        looks=looks,
        stretches=[Stretch(i + 1, 10 * i + 10, loss) for i, loss in enumerate(losses)],
        epochs=[Epoch(i + 1, 10 * i + 10, loss, v) for i, (loss, v) in enumerate(zip(losses, val, strict=True))],
        **more,
    )


def causes(seen):
    return [finding.cause for finding in look_for(seen)]


FALLING = [1.0 * 0.9**i for i in range(30)]
STUCK = [1.0 - 0.001 * i for i in range(20)]


def test_a_training_that_learns_and_one_that_has_just_begun_show_nothing():
    assert causes(record(FALLING)) == []
    assert causes(record([1.0])) == []
    assert causes(Record()) == []


def test_what_is_told_is_not_told_again():
    seen = record([1.0, 3.0, 3.0, 3.0])
    assert causes(seen) == ["learning-rate-too-high"]
    assert look_for(seen, ["learning-rate-too-high"]) == ()


@pytest.mark.parametrize(
    "seen",
    [
        record([1e-4, 3e-4, 3e-4, 3e-4]),
        record(STUCK, [look(10 * i + 1, update=1e-6) for i in range(20)]),
        record(STUCK, [look(10 * i + 1, moved=False, update=0.0) for i in range(20)]),
        record([1.0, 0.5] * 10),
    ],
    ids=["rises", "crawls", "rests", "swings"],
)
def test_where_a_training_goes_on_its_first_loss_is_no_measure(seen):
    assert causes(seen) != []
    seen.continued = True
    assert causes(seen) == []


class TestNonFinite:
    def test_it_is_a_fact_and_hides_its_own_ruins(self):
        seen = record([1.0, 5.0, 5.0, 5.0, 5.0], broken=Broken(6, 53, ("b", "c"), 3))
        (finding,) = look_for(seen)
        assert (finding.cause, finding.status, finding.where.layer) == ("non-finite-loss", "observed", "b")
        assert "step 53 (epoch 6)" in finding.reason

    def test_finite_weights_point_at_the_rows_and_the_loss(self):
        (finding,) = look_for(record([1.0], broken=Broken(1, 4, (), 3)))
        assert "weights are still finite" in finding.reason
        assert finding.where is None


class TestTooHigh:
    def test_a_loss_far_above_its_start(self):
        (finding,) = look_for(record([1.0, 2.5, 2.6, 2.7]))
        assert finding.cause == "learning-rate-too-high"
        assert "2.5 times" in finding.reason

    def test_a_leap_after_which_nothing_is_learned(self):
        looks = [look(10 * i + 1, loss=1.0) for i in range(6)]
        assert causes(record([400.0, 30.0, 1.2, 1.1, 1.1, 1.1], looks)) == ["learning-rate-too-high"]

    def test_a_leap_that_is_made_good(self):
        looks = [look(10 * i + 1, loss=1.0) for i in range(6)]
        assert causes(record([40.0, 3.0, 0.5, 0.3, 0.2, 0.1], looks)) == []

    def test_two_bad_epochs_are_not_three(self):
        assert causes(record([1.0, 0.9, 2.5, 2.6])) == []

    def test_one_easy_row_at_the_start_says_nothing(self):
        looks = [look(10 * i + 1, loss=0.01, rows=1.0) for i in range(6)]
        assert causes(record([1.0, 0.8, 0.6, 0.5, 0.4, 0.4], looks)) == []

    def test_a_long_step_to_where_no_gradient_is_left(self):
        still = [look(10 * i + 1, 0.0, moved=False) for i in range(1, 20)]
        assert causes(record([1.0] * 20, [look(1, 0.7), *still])) == ["learning-rate-too-high"]
        assert causes(record([1.0] * 20, [look(1, 0.01), *still])) == []
        assert causes(record([1.0, *[0.001] * 19], [look(1, 0.7), *still])) == []

    def test_swings_that_get_nowhere(self):
        assert causes(record([1.0, 0.5] * 8)) == ["learning-rate-too-high"]

    @pytest.mark.parametrize(
        "losses",
        [
            [1.0 * 0.8**i * (1.4 if i % 2 else 1.0) for i in range(16)],  # they fall meanwhile
            [1.0, *[0.02, 0.01] * 8],  # next to nothing is left
            [1.0, *[0.2, 0.12] * 8],  # little is left
            [1.0, *[0.5, 0.52] * 8],  # what redrawn batches do
        ],
    )
    def test_swings_that_matter_little(self, losses):
        assert causes(record(losses)) == []


class TestTooLow:
    def test_tiny_steps_and_a_loss_that_stands(self):
        looks = [look(10 * i + 1, 1e-6) for i in range(20)]
        assert causes(record(STUCK, looks)) == ["learning-rate-too-low"]

    def test_small_steps_that_the_whole_fit_cannot_make_up_for(self):
        looks = [look(10 * i + 1, 5e-5) for i in range(20)]
        assert causes(record(STUCK, looks, planned=400)) == ["learning-rate-too-low"]
        assert causes(record(STUCK, looks, planned=40_000)) == []
        assert causes(record(STUCK, looks)) == []

    def test_tiny_steps_at_the_end_of_a_schedule(self):
        looks = [look(10 * i + 1, 1e-6) for i in range(30)]
        assert causes(record(FALLING, looks)) == []

    def test_a_warm_up(self):
        looks = [look(10 * i + 1, 1e-7 * (i + 1) ** 1.5) for i in range(20)]
        assert causes(record(STUCK, looks)) == []


class TestFrozen:
    def test_nothing_moves(self):
        looks = [look(10 * i + 1, 0.0, moved=False) for i in range(20)]
        assert causes(record([1.0] * 20, looks)) == ["frozen-layers"]

    def test_nothing_moves_at_a_rate_of_zero(self):
        looks = [look(10 * i + 1, 0.0, moved=False, rate=0.0) for i in range(20)]
        assert causes(record([1.0] * 20, looks)) == ["learning-rate-too-low"]

    def test_nothing_moves_for_there_is_nothing_left_to_learn(self):
        looks = [look(10 * i + 1, 0.0, moved=False) for i in range(20)]
        assert causes(record([0.0] * 20, looks)) == []

    def test_no_layer_is_trainable(self):
        assert causes(Record(trainable=False)) == ["frozen-layers"]


class TestDead:
    def test_units_that_no_row_wakes(self):
        still = [look(10 * i + 1, still={"a": 0.8}) for i in range(20)]
        (finding,) = look_for(record(FALLING[:20], still))
        assert (finding.cause, finding.where.layer) == ("dead-units", "a")

    def test_still_units_of_another_activation(self):
        still = [look(10 * i + 1, still={"c": 0.8}) for i in range(20)]
        assert causes(record(FALLING[:20], still)) == []

    def test_units_that_were_dead_from_the_start(self):
        activity = [Activity(epoch, 64, {"a": 0.9}) for epoch in range(2)]
        assert causes(record(FALLING, activity=activity)) == ["dead-units"]

    def test_units_that_long_steps_have_killed(self):
        activity = [Activity(0, 64, {"a": 0.0}), Activity(1, 64, {"a": 0.9}), Activity(2, 64, {"a": 0.9})]
        looks = [look(1, 0.5), look(11, 1e-3)]
        assert causes(record([1.0, 0.9], looks, activity=activity)) == ["learning-rate-too-high"]
        assert causes(record([1.0, 0.9], activity=activity)) == ["dead-units"]

    def test_half_a_layer_at_rest_is_how_rectifiers_work(self):
        activity = [Activity(epoch, 64, {"a": 0.4}) for epoch in range(9)]
        assert causes(record(FALLING, activity=activity)) == []


class TestGradients:
    @staticmethod
    def looks(share):
        return [look(10 * i + 1, gradients={"a": share, "b": 0.1, "c": 1.0}) for i in range(20)]

    def test_none_reach_the_first_layer(self):
        assert causes(record(STUCK, self.looks(1e-5))) == ["vanishing-gradients"]
        seen = record(STUCK, self.looks(0.01))
        assert causes(seen) == []
        seen.activations = {"a": "sigmoid", "b": "sigmoid", "c": "linear"}
        assert causes(seen) == ["saturating-activations"]

    def test_a_network_that_learns_nevertheless(self):
        assert causes(record(FALLING[:20], self.looks(1e-5))) == []

    def test_values_at_the_bounds(self):
        activity = [Activity(epoch, 64, {}, {"a": 0.9}) for epoch in range(9)]
        assert causes(record(STUCK, activity=activity)) == ["saturating-activations"]
        assert causes(record(FALLING, activity=activity)) == []


class TestPastItsBest:
    def test_the_gap_opens_late(self):
        val = [1.1 * 0.9**i for i in range(10)] + [0.4 + 0.03 * i for i in range(20)]
        (finding,) = look_for(record(FALLING, val=val))
        assert finding.cause == "too-many-epochs"
        assert "since epoch 10" in finding.reason

    def test_the_gap_is_there_at_the_best_epoch(self):
        val = [3.0 * 0.95**i for i in range(10)] + [2.0 + 0.1 * i for i in range(20)]
        assert causes(record(FALLING, val=val)) == ["overfitting"]

    @pytest.mark.parametrize(
        "val",
        [
            [1.1 * 0.9**i for i in range(30)],
            [1.0, 0.7, *[0.5, 0.62] * 14],  # noise
            [1.1 * 0.9**i for i in range(20)] + [0.15 + 0.02 * i for i in range(10)],  # not for long
            [1.0, 0.8, *[0.5 + 0.002 * i for i in range(28)]],  # hardly
        ],
    )
    def test_a_rise_that_is_none(self, val):
        assert causes(record(FALLING, val=val)) == []


def test_every_cause_it_names_is_one_it_says_it_knows():
    assert len(set(IDS)) == len(IDS)


def test_a_long_record_stays_short():
    seen = Record()
    for step in range(1, 6000):
        seen.add(look(step))
    assert len(seen.looks) <= 2000
    assert seen.looks[-1].step == 5999
    assert seen.looks[0].step == 1

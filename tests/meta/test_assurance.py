"""The long proofs judge themselves rightly: figures are added up, compared, and asked for."""

from pathlib import Path

import pytest

from scripts.assurance import note
from scripts.goals import GOALS, Bound, Goal, unmet

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("goal", [goal for goal in GOALS if goal.paths], ids=lambda goal: goal.code)
def test_the_proofs_of_a_goal_are_where_it_says(goal: Goal) -> None:
    for path in goal.paths:
        assert (ROOT / path).exists(), path


def test_counts_add_up_and_the_worst_is_kept() -> None:
    measures: dict[str, dict[str, float]] = {}
    for name, text in (("saisies", "3"), ("saisies", "4"), ("écart (ms)", "0.5"), ("écart (ms)", "0.2")):
        note(measures, "sqlite", name, text)
    for text in ("7", "5"):
        note(measures, "sqlite", "ordres, au plus", text)
    assert measures == {
        "saisies": {"sqlite": 7}, "écart (ms)": {"sqlite": 0.5}, "ordres, au plus": {"sqlite": 7},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bound", "holds"),
    [
        (Bound("saisies", least=5), True),
        (Bound("saisies", least=7), False),
        (Bound("saisies", least=14, in_all=True), True),
        (Bound("saisies", least=15, in_all=True), False),
        (Bound("saisies", least="attendues"), False),
        (Bound("saisies", most=8), True),
        (Bound("saisies", most=7), False),
        (Bound("écart"), True),
        (Bound("écart", most=1), False),
        (Bound("absente", most=0), False),
    ],
)
def test_a_goal_holds_when_each_figure_is_there_and_within_its_bound(bound: Bound, holds: bool) -> None:
    measures = {
        "saisies": {"sqlite": 6, "postgresql": 8},
        "attendues": {"sqlite": 7},
        "écart, agent": {"sqlite": 1.5},
    }
    goal = Goal("G0", "Essai", "", bounds=(bound,))
    assert (unmet(goal, measures) == []) is holds

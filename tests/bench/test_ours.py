"""Our burns before the judge: every number arrives in its column, in order of time."""

from __future__ import annotations

import numpy as np

from bench.manoeuvres.ours import Find, Hoshimori, burns_found
from hoshimori.detect.burns import Burn, Told
from hoshimori.facts import ElementSets
from hoshimori.findings import Evidence
from tests.bench.made import HOUR, history, hours, known

NAN = float("nan")


def burn(t_utc: np.datetime64, probability: float) -> Burn:
    return Burn(
        norad_id=7, t_utc=t_utc, sigma_s=600.0, dv_rtn_m_s=(NAN, 0.02, -0.01), dv_sigma_m_s=(0.1, 0.001, 0.01),
        probability=probability, label="station-keeping", routine=True, explanations=(), known_utc=t_utc + 30 * HOUR,
        last_before_utc=t_utc - HOUR, first_after_utc=t_utc + HOUR, start_utc=t_utc, stop_utc=t_utc,
        evidence=Evidence("made", "made@1", ()), quantities={},
    )  # fmt: skip


def test_what_a_burn_says_arrives_in_order_of_time() -> None:
    late, early = hours(500, 200)
    columns = burns_found([burn(late, 0.9), burn(early, 0.4)])
    assert columns.t_utc.tolist() == hours(200, 500).tolist()
    assert columns.probability.tolist() == columns.score.tolist() == [0.4, 0.9]
    assert columns.sigma_s.tolist() == [600.0, 600.0]
    assert columns.dv_rtn_m_s[:, 1:].tolist() == [[0.02, -0.01]] * 2
    assert (columns.known_utc - columns.t_utc == 30 * HOUR).all()
    assert len(burns_found([])) == 0


def test_told_weighed_and_as_it_became_known_are_kept_apart() -> None:
    def finder(*probabilities: float) -> Find:
        def find(sets: ElementSets) -> Told:
            return Told(tuple(burn(sets.epoch_utc[k], p) for k, p in enumerate(probabilities)), ())

        return find

    detector = Hoshimori(finder(0.9), finder(0.9, 0.2), finder(0.7))
    answer = detector.answers([history(7, known(hours(200)))])[7]
    assert answer.told.probability.tolist() == [0.9]
    assert answer.candidates.probability.tolist() == [0.9, 0.2]
    assert answer.as_known is not None
    assert answer.as_known.probability.tolist() == [0.7]

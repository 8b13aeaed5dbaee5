"""The bank remembers where a question was used, how it was answered, and who opened what."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from question_bank.bank import Bank, DuplicateQuestion, Use
from question_bank.question import InvalidQuestion
from tests.question_bank.makers import scenario, single

AT = "2026-05-17T09:00:00+08:00"


def test_uses_and_results(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        bank.add_all([single(1), single(2), single(3, level="高级")])
        bank.record_use(["q1"], "final", "rehearsal", "2026-05-16T09:00:00+08:00")
        bank.record_use(["q1", "q2"], "final", "show", AT)
        bank.record_use(["q1", "q3"], "final", "show", AT)
        bank.record_result("q1", "final", "wrong", seat=2)
        bank.record_result("q1", "final", "right", seat=4)
        bank.record_result("q3", "final", "none")
        assert bank.uses("q1") == [
            Use("q1", "final", "rehearsal", "2026-05-16T09:00:00+08:00", None, None),
            Use("q1", "final", "show", AT, "wrong", 2),
            Use("q1", "final", "show", AT, "right", 4),
        ]
        assert bank.uses("q2") == [Use("q2", "final", "show", AT, None, None)]
        assert bank.used_ids() == {"q1", "q2", "q3"} and bank.used_ids("rehearsal") == {"q1"}
        told = bank.statistics()
    assert told["uses"] == {"rehearsal": 1, "show": 3} and told["used"] == 3
    assert told["results"] == {"right": 1, "wrong": 1, "none": 1} and told["right_rate"] == 0.5
    assert told["results_by_level"] == {
        "初级": {"right": 1, "wrong": 1, "none": 0, "right_rate": 0.5},
        "高级": {"right": 0, "wrong": 0, "none": 1, "right_rate": None},
    }


def test_what_cannot_be_noted_is_refused(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        bank.add(single(1))
        with pytest.raises(ValueError, match="kind"):
            bank.record_use(["q1"], "final", "practice", AT)
        with pytest.raises(LookupError, match="q1"):
            bank.record_result("q1", "final", "right")
        bank.record_use(["q1"], "final", "show", AT)
        with pytest.raises(ValueError, match="result"):
            bank.record_result("q1", "final", "maybe")
        assert bank.uses("q1")[0].result is None


def test_the_access_log_tells_who_did_what_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    with Bank(path) as bank:
        bank.log_access("周敏", "unseal", "wrong passphrase")
        bank.log_access("周敏", "unseal")
    with Bank(path) as bank:
        newest, older = bank.access()
        assert (newest["who"], newest["what"], newest["detail"]) == ("周敏", "unseal", "")
        assert older["detail"] == "wrong passphrase" and bank.access(1) == [newest]
        assert datetime.datetime.fromisoformat(newest["at"]).tzinfo is not None


def test_statistics_count_by_every_side(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        assert bank.statistics()["total"] == 0
        bank.add_all(
            [
                single(1),
                single(2, language="en", area="法律"),
                scenario(3, pool="rehearsal", status="reviewed"),
            ]
        )
        told = bank.statistics()
    assert told["status"] == {"draft": 2, "reviewed": 1} and told["pool"] == {"show": 2, "rehearsal": 1}
    assert told["language"] == {"zh": 2, "en": 1} and told["form"] == {"single": 2, "scenario": 1}
    assert told["area_level"] == {"常识": {"初级": 2}, "法律": {"初级": 1}}
    assert told["right_rate"] is None and told["uses"] == {}


def test_four_eyes_by_status(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        bank.add(single(1, author="甲"))
        for reviewer in (None, "甲"):
            with pytest.raises(InvalidQuestion):
                bank.set_status("q1", "reviewed", reviewer)
        assert bank.set_status("q1", "reviewed", "乙") == bank.get("q1")
        assert bank.set_status("q1", "used").reviewer == "乙"
        with pytest.raises(LookupError):
            bank.set_status("q9", "reviewed")


def test_replace_keeps_what_the_bank_promises(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        bank.add_all([single(1), single(2)])
        bank.replace(single(1, answer="C"))
        assert bank.get("q1") == single(1, answer="C")
        with pytest.raises(DuplicateQuestion, match="q2"):
            bank.replace(single(1, prompt=single(2).prompt))
        with pytest.raises(InvalidQuestion):
            bank.replace(single(1, answer="Z"))
        with pytest.raises(LookupError):
            bank.replace(single(3))
        assert bank.get("q1") == single(1, answer="C")

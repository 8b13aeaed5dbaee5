"""State → what an operator sees on the console's page: the hall's view, the machines, and the few things to press.

Built up from an allow-list like every view. What the page of the host shows besides is here in its empty form: no answer,
no marks, no ruling that waits, nothing that comes next, nobody's sign-in.
"""

from __future__ import annotations

from ..game.cue_sheet import cue_sheet
from ..game.state import State
from ..offers.offers import offers
from ..offers.tools import tools
from ..sign_in.identity import Identity
from ..sign_in.roles import may
from .by_role import common_view
from .host_view import Rim, cue_sheet_rows, offer_row
from .scene_views import View, l10n, scene_view
from .stage_view import plan

WHO = Identity("operator")


def operator_view(state: State, now_ns: int, rim: Rim) -> View:
    """All that an operator needs; never handed the paper."""
    cues = cue_sheet(state, now_ns)
    return {
        **common_view(state, now_ns, "operator"),
        "scene": scene_view(state),
        "below": None,
        "secret": None,
        "preview": None,
        "actions": _allowed([offer_row(one) for one in offers(state)]),
        "tools": _allowed([offer_row(one) for one in tools(state)]),
        "undo": None,
        "judges": [
            {
                "judge": judge.number,
                "name": judge.name,
                "unit": judge.unit,
                "chief": judge.chief,
                "online": judge.number in rim.judges_online,
                "submitted": False,
                "masked": False,
                "excused": False,
                "mark": None,
            }
            for judge in state.rulebook.judges
        ],
        "corrections": [],
        "course": [],
        "staged": None,
        "stakes_in": [],
        "cue_sheet": cue_sheet_rows(cues),
        "plan": plan(cues),
        "ledger": [],
        "verdict": None,
        "progress": [
            {"kind": rules.kind, "title": l10n(rules.title), "state": "todo"}
            for rules in state.rulebook.rounds
        ],
        "boxes": list(rim.boxes),
        "simulated": False,  # whoever presses for a contestant is the host
        "timing": {"state": rim.timing},
        "log": {"state": "failed" if rim.log_failed else "ok", "events": state.seq, "alarm": rim.log_alarm},
        "control": None,
        "displays": list(rim.displays),
        "phones": rim.phones,
        "sound": {"muted": rim.muted},
        "disk": rim.disk,
        "standby": rim.standby,
        "fence": rim.fence,
        "next_view": None,
    }


def _allowed(rows: list[View]) -> list[View]:
    """The offers that are an operator's, with what an operator may fill in."""
    return [
        row
        for row in rows
        if not row["asks"] and may(WHO, row["command"]["type"], row["command"], chief=None)
    ]

"""Who plays the shows of the soak: a host and judges who go through a contest by what is offered to them, over HTTP."""

from __future__ import annotations

import time
from collections import Counter
from random import Random
from typing import Any

from benchmarks.load_servers import Ours

QUESTIONS_A_LAP = 210
TURNS, BUZZES, SEATS, JUDGES = 20, 100, 5, 2
RISK_VALUES = (10, 20, 30)
SPARE = 20  # questions of each kind, for a tie-break and what is withdrawn
MOST_ROUNDS = 30  # of a contest file
ROUNDS_A_LAP = 4
PRESS_AFTER_S = 0.22  # the boxes open 0.2 s after the host's word
LOOK_EVERY_S = 0.03
MOST_REFUSALS = 20  # one after the other: the player has lost the thread
NEVER = ("cancel_arming", "excuse_judge", "void", "cover", "final")
UNDO_SHARE, CORRECTION_SHARE, OTHER_SHARE = 0.01, 0.01, 0.3
HEADER = (
    "id",
    "round",
    "form",
    "prompt",
    "option_a",
    "option_b",
    "answer",
    "key_points",
    "value",
    "area",
    "level",
)


def contest(laps: int, turns: int = TURNS, buzzes: int = BUZZES) -> str:
    """A contest file of so many finals, one after the other. Raises ValueError when no contest has so many rounds."""
    if laps * ROUNDS_A_LAP > MOST_ROUNDS:
        raise ValueError(f"at most {MOST_ROUNDS // ROUNDS_A_LAP} finals fit into one contest, not {laps}")
    seats = "".join(f'[[contestant]]\nname = "选手 {seat}"\n' for seat in range(1, SEATS + 1))
    judges = "".join(f'[[judge]]\nname = "评委 {judge}"\n' for judge in range(1, JUDGES + 1))
    rounds = (
        f'[[round]]\nkind = "compulsory"\nturns = {turns}\n'
        '[[round]]\nkind = "scenario"\n'
        f'[[round]]\nkind = "buzz_in"\nquestions = {buzzes}\n'
        '[[round]]\nkind = "risk"\n'
    )
    return f'title = "十二小时"\n{seats}{judges}' + rounds * laps


def questions(laps: int, turns: int = TURNS, buzzes: int = BUZZES) -> list[tuple[str, ...]]:
    """The rows of a sheet with enough questions for `contest`, its header first."""
    rows: list[tuple[str, ...]] = [HEADER]

    def add(kind: str, count: int, value: str = "") -> None:
        for number in range(1, count + 1):
            name = f"{kind}-{value}-{number}"
            asked = f"{name}：客户来电要求办理第 {number} 项业务，应当怎样做？"
            if kind == "scenario":
                points = "问候并确认身份 | 4\n安抚情绪 | 6\n给出方案 | 10"
                rows.append((name, kind, "scenario", asked, "", "", "", points, "", "常识", "初级"))
            else:
                rows.append(
                    (name, kind, "single", asked, "先核实身份", "直接办理", "A", "", value, "常识", "初级")
                )

    add("compulsory", laps * turns * SEATS + SPARE)
    add("scenario", laps * SEATS + SPARE)
    add("buzz_in", laps * buzzes + SPARE)
    for value in RISK_VALUES:
        add("risk", laps * SEATS + SPARE, str(value))
    return rows


class Player:
    """Plays on, step by step. `counts`: steps, questions, refused, presses, marks, undone, corrections."""

    def __init__(self, show: Ours, seed: int = 1) -> None:
        self.counts: Counter[str] = Counter()
        self._show = show
        self._host = show.show.token()
        self._judges = {judge: show.show.token("judge", judge=judge) for judge in range(1, JUDGES + 1)}
        self._dice = Random(seed)
        self._refused_in_a_row = 0

    def play(self, questions_more: int) -> bool:
        """Until so many more questions have been shown. False when the contest is over."""
        wanted = self.counts["questions"] + questions_more
        while self.counts["questions"] < wanted:
            if not self._step():
                return False
        return True

    def _step(self) -> bool:
        view = self._show.show.get("/api/v1/views/host", self._host)
        self.counts["steps"] += 1
        scene = view["scene"]
        if scene["name"] == "final":
            return False
        if (scene.get("buzz") or {}).get("phase") == "open":
            self._press()
        elif awaited := [
            one["judge"]
            for one in view["judges"]
            if not (one["submitted"] or one["masked"] or one["excused"])
        ]:
            if not self._mark(awaited):
                self._do(view)
        else:
            self._do(view)
        return True

    def _do(self, view: dict[str, Any]) -> None:
        if view["undo"] and self._dice.random() < UNDO_SHARE and self._ask({"type": "undo"}):
            self.counts["undone"] += 1
            return
        if view["corrections"] and self._dice.random() < CORRECTION_SHARE:
            if self._ask(self._filled(self._dice.choice(view["corrections"]))):
                self.counts["corrections"] += 1
            return
        able = [one for one in view["actions"] if one["id"] not in NEVER]
        if not able:
            if any(one["id"] == "final" for one in view["actions"]):
                self._ask({"type": "show", "scene": "final"})
            time.sleep(LOOK_EVERY_S)
            return
        other = self._dice.random() < OTHER_SHARE
        offer = self._dice.choice(able) if other else able[0]
        if self._ask(self._filled(offer)) and offer["command"]["type"] == "present":
            self.counts["questions"] += 1

    def _filled(self, offer: dict[str, Any]) -> dict[str, Any]:
        """The command of an offer with what it asks for."""
        return {**offer["command"], **{ask["field"]: self._answer(ask) for ask in offer["asks"]}}

    def _answer(self, ask: dict[str, Any]) -> Any:
        values = [one["value"] for one in ask["choices"]]
        if ask["kind"] == "choice":
            return self._dice.choice(values)
        if ask["kind"] == "order":
            return values
        if ask["kind"] == "points":
            steps = int((ask["high"] - ask["low"]) / ask["step"]) if ask["step"] else 0
            return round((ask["low"] + self._dice.randint(0, steps) * ask["step"]) * 100)
        return "浸泡测试"

    def _ask(self, command: dict[str, Any]) -> bool:
        fields = {name: value for name, value in command.items() if name != "type"}
        status, answer = self._show.show.command(self._host, command["type"], **fields)
        if status == 200:
            self._refused_in_a_row = 0
            return True
        self.counts["refused"] += 1
        self._refused_in_a_row += 1
        if status != 409 or self._refused_in_a_row > MOST_REFUSALS:
            raise RuntimeError(f"{command}: {status} {answer}")
        return False

    def _press(self) -> None:
        """Somebody presses, or two do; then the boxes are waited for."""
        time.sleep(PRESS_AFTER_S)
        for seat in self._dice.sample(range(1, SEATS + 1), self._dice.choice((1, 1, 2))):
            self._show.show.command(self._host, "simulate_press", seat=seat)
            self.counts["presses"] += 1
        time.sleep(LOOK_EVERY_S)

    def _mark(self, judges: list[int]) -> bool:
        """True when a judge had a sheet to hand in."""
        done = False
        for judge in judges:
            sheet = self._show.show.get("/api/v1/views/judge", self._judges[judge])["sheet"]
            if sheet["state"] != "open":
                continue
            marks = [self._dice.randint(0, int(item["max"] * 2)) / 2 for item in sheet["items"]]
            status, _ = self._show.show.command(self._judges[judge], "submit_marks", marks=marks)
            done = done or status == 200
            self.counts["marks"] += status == 200
        return done

"""What the host can do at this moment: the one next action first, then the alternatives, then the tools.

The console draws these and decides nothing. A test walks whole contests by offers alone and holds that the
rules accept every one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .game import commands as c
from .game.buzz_in import may_press
from .game.decide import allowed_results, go_is_open, round_is_over
from .game.rulebook import BuzzIn, Risk, Scenario, Text
from .game.standings import places_to_reveal
from .game.state import State, Turn
from .rule_lines import signed

RESULTS = {
    "right": Text("答对", "Right"),
    "wrong": Text("答错", "Wrong"),
    "timeout": Text("超时", "Time's up"),
    "void": Text("作废本题", "Void the question"),
    "unanswered": Text("无人抢答，结束本题", "Close: nobody pressed"),
    "declined": Text("放弃", "Declined"),
}
RESULT_KEYS = {
    "right": "r",
    "wrong": "w",
    "timeout": "t",
    "void": "v",
    "unanswered": "Space",
    "declined": "d",
}
VALUE_KEYS = "abc"
STEPS = {
    "SceneShown": Text("换画面", "scene"),
    "RoundStarted": Text("开始环节", "start of the round"),
    "TurnCalled": Text("请出选手", "call of the contestant"),
    "QuestionPresented": Text("出示题目", "question shown"),
    "ClockStarted": Text("开始计时", "clock started"),
    "ClockHeld": Text("停表", "clock stopped"),
    "ClockResumed": Text("继续计时", "clock resumed"),
    "Armed": Text("准备抢答", "armed"),
    "VerdictGiven": Text("抢答判定", "verdict"),
    "AnswerRevealed": Text("公布答案", "answer revealed"),
    "MarkingClosed": Text("结束评分", "marking closed"),
    "MarksRevealed": Text("亮分", "marks revealed"),
    "PlaceRevealed": Text("公布名次", "place revealed"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One button: what it asks, what it says, which key it hangs on."""

    id: str
    command: c.HostCommand
    label: Text
    key: str
    tone: str = "go"  # "go" | "right" | "wrong" | "neutral" | "danger"
    hint: Text | None = None


def offers(state: State) -> list[Offer]:
    """The next action and its alternatives, the most likely first. Empty where there is only waiting."""
    match state.scene:
        case "opening":
            return [Offer("lineup", c.Show("lineup"), Text("选手亮相", "Line-up"), "Space")]
        case "final":
            return _final(state)
        case "standings":
            return []
        case "turn" if state.turn and not state.turn.done:
            return _open_go(state, state.turn)
        case "turn" if state.turn:
            return _settled_go(state, state.turn)
        case _:
            return _next_go(state)


def tools(state: State) -> list[Offer]:
    """What is always at hand, apart from the course of the show."""
    found = []
    if state.before is not None:
        what = undo_label(state)
        found.append(
            Offer(
                "undo", c.Undo(state.before_seq), Text(f"撤销：{what.zh}", f"Undo: {what.en}"), "u", "neutral"
            )
        )
    on = not state.blackout
    label = Text("黑屏", "Blackout") if on else Text("恢复画面", "Bring the picture back")
    found.append(Offer("blackout", c.SetBlackout(on), label, "Escape", "neutral"))
    if not go_is_open(state) and state.scene not in ("scoreboard", "final", "standings"):
        found.append(Offer("scoreboard", c.Show("scoreboard"), Text("记分牌", "Scoreboard"), "s", "neutral"))
    if not state.buzz.live:
        found.append(Offer("lamp_test", c.LampTest(), Text("灯光测试", "Lamp test"), "l", "neutral"))
    if state.turn and not state.turn.done and "void" in allowed_results(state, state.turn):
        found.append(Offer("void", c.Rule("void"), RESULTS["void"], "v", "danger"))
    return found


def undo_label(state: State) -> Text:
    """What an undo would take back."""
    what, _, detail = state.before_what.partition(".")
    if what == "ruled":
        result = RESULTS[detail]
        return Text(f"裁定「{result.zh}」", f"ruling '{result.en}'")
    if what == "foul":
        return Text(f"{detail} 号犯规", f"foul of seat {detail}")
    return STEPS[what]


def _final(state: State) -> list[Offer]:
    groups = places_to_reveal(state)
    if len(state.places) >= len(groups):
        return [Offer("standings", c.Show("standings"), Text("最终名次", "Final standings"), "Space")]
    place, seats = groups[len(state.places)]
    shared = (
        Text(f"（并列 {len(seats)} 人）", f" ({len(seats)} share it)") if len(seats) > 1 else Text("", "")
    )
    label = Text(f"公布第 {place} 名{shared.zh}", f"Reveal place {place}{shared.en}")
    return [Offer("reveal_place", c.RevealPlace(), label, "Space")]


def _next_go(state: State, key: str = "Space") -> list[Offer]:
    rules = state.round
    if rules is None or round_is_over(state):
        following = state.round_index + 1
        if following < len(state.rulebook.rounds):
            title = state.rulebook.rounds[following].title
            return [Offer("start_round", c.StartRound(), Text(f"进入{title.zh}", f"Begin {title.en}"), key)]
        return [Offer("final", c.Show("final"), Text("进入名次公布", "Go to the final standings"), key)]
    number = state.goes + 1
    if isinstance(rules, BuzzIn):
        return [Offer("present", c.Present(), Text(f"出示第 {number} 题", f"Show question {number}"), key)]
    seat = state.order[state.goes % len(state.order)]
    name = next(one.name for one in state.rulebook.contestants if one.seat == seat)
    return [Offer("call_turn", c.CallTurn(), Text(f"请 {seat} 号 {name}", f"Call seat {seat}, {name}"), key)]


def _settled_go(state: State, turn: Turn) -> list[Offer]:
    revealable = turn.question and turn.question.form != "scenario" and turn.answer is None and turn.ruling
    board = Offer("scoreboard", c.Show("scoreboard"), Text("公布记分牌", "Show the scoreboard"), "Space")
    following = [board] if round_is_over(state) else _next_go(state)
    if not revealable:
        return following
    reveal = Offer("reveal_answer", c.RevealAnswer(), Text("公布答案", "Reveal the answer"), "Space")
    skip = following[0]
    return [reveal, Offer(skip.id, skip.command, skip.label, "n", "neutral")]


def _open_go(state: State, turn: Turn) -> list[Offer]:
    if turn.question is None:
        if isinstance(state.round, Risk):
            return _stakes(state, state.round)
        label = Text("出示题目", "Show the question")
        return [Offer("present", c.Present(), label, "Space")]
    match state.round:
        case BuzzIn() if turn.buzz.phase != "locked":
            return _armings(state, turn)
        case Scenario():
            return _scenario(state, turn)
        case _:
            return _answering(state, turn)


def _stakes(state: State, rules: Risk) -> list[Offer]:
    found = []
    for value_cp, key in zip(rules.values_cp, VALUE_KEYS, strict=False):
        if next(state.free_slots(value_cp), None):
            points = value_cp // 100
            label = Text(f"选 {points} 分题", f"{points} points")
            # None of them is the likely one: the contestant chooses.
            found.append(Offer(f"stake_{points}", c.Present(points), label, key, "neutral"))
    if rules.may_decline:
        found.append(_ruling(state, "declined", "d"))
    return found


def _ruling(state: State, result: str, key: str | None = None) -> Offer:
    label, turn, rules = RESULTS[result], state.turn, state.round
    worth = 0
    if turn and rules and not isinstance(rules, Scenario) and result in ("right", "wrong", "timeout"):
        if isinstance(rules, Risk):
            worth = turn.stake_cp if result == "right" else -turn.stake_cp
        else:
            worth = rules.right_cp if result == "right" else rules.wrong_cp
        said = signed(worth) if worth else "0"
        label = Text(f"{label.zh} {said}", f"{label.en} {said}")
    tone = {"right": "right", "void": "danger", "declined": "neutral", "unanswered": "go"}.get(
        result, "wrong"
    )
    return Offer(result, c.Rule(result), label, key or RESULT_KEYS[result], tone)


def _answering(state: State, turn: Turn) -> list[Offer]:
    """Compulsory, risk, and the winner of a buzz: clock and ruling."""
    both = [_ruling(state, "right"), _ruling(state, "wrong")]
    clock = state.clock
    if clock is None:
        return [Offer("start_clock", c.StartClock(), Text("开始计时", "Start the clock"), "Space"), *both]
    if clock.state == "expired":
        return [_ruling(state, "timeout", "Space"), *both]
    if clock.state == "held":
        resume = Offer("resume_clock", c.ResumeClock(), Text("继续计时", "Resume the clock"), "c", "neutral")
        return [*both, resume]
    if clock.purpose == "begin":
        label = Text("选手开始作答", "Contestant has begun")
        return [Offer("begin", c.Begin(), label, "Space"), *both, _ruling(state, "timeout")]
    return [
        Offer("hold_clock", c.HoldClock(), Text("回答完毕 · 停表", "Answered · stop the clock"), "Space"),
        *both,
    ]


def _armings(state: State, turn: Turn) -> list[Offer]:
    cancel = Offer(
        "cancel_arming", c.CancelArming(), Text("取消这次抢答", "Cancel this arming"), "x", "neutral"
    )
    match turn.buzz.phase:
        case "armed":
            hint = Text("现在按键算犯规", "A press now is a foul")
            return [Offer("open", c.Open(), Text("开放抢答", "Open the boxes"), "Space", hint=hint), cancel]
        case "open":
            return [cancel]
    fouled = {foul.seat for foul in turn.buzz.fouls}
    if not may_press(state, turn):
        return [_ruling(state, "void", "Space")]
    match turn.buzz.phase:
        case "nobody":
            again = Offer("arm", c.Arm(), Text("再抢一次", "Arm again"), "a", "neutral")
            return [_ruling(state, "unanswered"), again]
        case "too_close":
            tied = "、".join(str(seat) for seat in turn.buzz.tied if seat not in fouled)
            hint = Text(f"仅 {tied} 号参加", f"Only seats {tied.replace('、', ', ')}")
            return [Offer("arm", c.Arm(), Text("再抢一次", "Arm again"), "Space", hint=hint)]
        case "interrupted":
            hint = Text(
                "计时中断过，刚才的按键不算", "The timing was interrupted: earlier presses do not count"
            )
            return [Offer("arm", c.Arm(), Text("重新准备抢答", "Arm again"), "Space", hint=hint)]
        case _:
            hint = Text("此后到开放之前按键算犯规", "From now until the open, a press is a foul")
            return [Offer("arm", c.Arm(), Text("准备抢答", "Arm the boxes"), "Space", hint=hint)]


def _scenario(state: State, turn: Turn) -> list[Offer]:
    clock, judges = state.clock, len(state.rulebook.judges)
    if turn.marking == "closed":
        return [Offer("reveal_marks", c.RevealMarks(), Text("亮分", "Reveal the marks"), "Space")]
    close = []
    if turn.sheets:
        missing = judges - len(turn.sheets)
        hint = (
            Text(f"还有 {missing} 位评委未提交", f"{missing} judges have not submitted") if missing else None
        )
        label = Text(
            f"结束评分（{len(turn.sheets)}/{judges}）", f"Close the marking ({len(turn.sheets)}/{judges})"
        )
        key = "m" if clock is None or clock.state == "running" else "Space"
        close = [Offer("close_marking", c.CloseMarking(), label, key, "neutral" if missing else "go", hint)]
    if clock is None:
        return [Offer("start_clock", c.StartClock(), Text("开始计时", "Start the clock"), "Space"), *close]
    if clock.state == "running":
        return [
            Offer("hold_clock", c.HoldClock(), Text("应对结束 · 停表", "Finished · stop the clock"), "Space"),
            *close,
        ]
    if clock.state == "held":
        resume = Offer("resume_clock", c.ResumeClock(), Text("继续计时", "Resume the clock"), "c", "neutral")
        return [*close, resume]
    return close

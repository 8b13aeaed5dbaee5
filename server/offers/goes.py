"""The buttons of one go: from the call of a contestant, or the question, to its ruling and what follows."""

from __future__ import annotations

from dataclasses import replace

from ..game import commands as c
from ..game import screen
from ..game.buzz_in import may_press
from ..game.decide import allowed_results, round_is_over
from ..game.flow import open_numbers
from ..game.refusal import Refused
from ..game.rulebook import BuzzIn, Compulsory, Risk, Scenario, Text, TieBreak
from ..game.rulings import worth_cp
from ..game.scenario import awaited_judges
from ..game.state import State, Turn
from ..views.rule_lines import signed
from .offers import REASON, REASON_ASK, Ask, Choice, Offer, next_go, seat_choices
from .texts import RESULT_KEYS, RESULTS

VALUE_KEYS = "abcfgh"


def settled_go(state: State, turn: Turn) -> list[Offer]:
    """After the ruling: the answer, the board, or the next go."""
    revealable = turn.question and turn.question.form != "scenario" and turn.answer is None and turn.ruling
    board = Offer("scoreboard", c.Show("scoreboard"), Text("公布记分牌", "Show the scoreboard"), "Space")
    following = [board] if round_is_over(state) else next_go(state)
    if not revealable:
        return following
    reveal = Offer("reveal_answer", c.RevealAnswer(), Text("公布答案", "Reveal the answer"), "Space")
    skip = following[0]
    return [reveal, Offer(skip.id, skip.command, skip.label, "n", "neutral", asks=skip.asks)]


def open_go(state: State, turn: Turn) -> list[Offer]:
    """While a call or a question stands without its ruling."""
    if turn.staged is not None:
        return _staged(state, turn)
    if turn.question is None:
        return _before_the_question(state, turn)
    found = _with_the_question(state, turn)
    if not play_is_next(state):
        return found
    skip, *others = found
    return [play_offer(state, "Space"), replace(skip, key="n", tone="neutral"), *others]


def _with_the_question(state: State, turn: Turn) -> list[Offer]:
    rules = state.buzz_rules
    if rules is not None and turn.buzz.phase != "locked":
        return _armings(state, turn, rules)
    if isinstance(state.round, Scenario):
        return _scenario(state, turn, state.round)
    return _answering(state, turn)


def play_is_next(state: State) -> bool:
    """True where a sound or film that was not heard yet comes before all else: the question is not whole without it.

    In a round in which contestants press while the question is read, the boxes open first.
    """
    turn, rules = state.turn, state.buzz_rules
    if turn is None or turn.done or turn.media != "ready" or turn.staged or not screen.may_play(state):
        return False
    if rules is not None:
        return turn.buzz.phase == ("open" if rules.opens == "reading" else "idle") and not turn.attempts
    return state.clock is None


def play_offer(state: State, key: str) -> Offer:
    """The button that plays the sound or film of the question in hand."""
    assert (
        state.turn is not None and state.turn.question is not None and state.turn.question.media is not None
    )
    film = state.turn.question.media.kind == "video"
    again = state.turn.media == "stopped"
    zh = f"{'重新' if again else ''}播放{'视频' if film else '声音'}"
    en = f"Play the {'film' if film else 'sound'}{' again' if again else ''}"
    return Offer("play_media", c.PlayMedia(), Text(zh, en), key, "go" if key == "Space" else "neutral")


def _staged(state: State, turn: Turn) -> list[Offer]:
    assert turn.staged is not None
    result = RESULTS[turn.staged.result]
    said = signed(turn.staged.points_cp) if turn.staged.points_cp else "0"
    label = Text(f"公布裁定：{result.zh} {said}", f"Reveal the ruling: {result.en} {said}")
    others = [one for one in ("right", "wrong", "timeout") if one != turn.staged.result]
    hint = Text("观众还看不到", "The hall does not see it yet")
    return [
        Offer("reveal_ruling", c.RevealRuling(), label, "Space", hint=hint),
        *(_ruling(state, one) for one in others if one in allowed_results(state, turn)),
    ]


def _before_the_question(state: State, turn: Turn) -> list[Offer]:
    rules = state.round
    if isinstance(rules, Risk) and not turn.stake_cp:
        if not rules.sealed:
            return _stakes(state, rules)
        if dict(state.stakes).get(turn.seat or 0, 0) == 0:
            return [_ruling(state, "declined", "Space")]
    show = Text("出示题目", "Show the question")
    numbers = open_numbers(state)
    if not numbers or turn.number is not None:
        return [Offer("present", c.Present(), show, "Space")]
    choices = tuple(Choice(number, Text(f"{number} 号题", f"No. {number}")) for number in numbers)
    ask = Ask("number", "choice", Text("题号", "Number"), choices)
    label = Text("选手选题号", "The contestant chooses a number")
    return [Offer("present", c.Present(None, numbers[0]), label, "Space", asks=(ask,))]


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
    if turn and rules and not isinstance(rules, Scenario) and result in ("right", "wrong", "timeout"):
        try:
            worth = worth_cp(rules, turn.stake_cp, result, None)
        except Refused:
            worth = 0
        said = signed(worth) if worth else "0"
        if isinstance(rules, TieBreak):
            said = "" if rules.method == "sudden_death" else f"（加赛 {said}）"
        label = Text(f"{label.zh} {said}".strip(), f"{label.en} {said}".strip())
    tones = {"right": "right", "partial": "right", "void": "danger", "declined": "neutral"}
    tone = tones.get(result, "go" if result in ("unanswered", "audience") else "wrong")
    return Offer(result, c.Rule(result), label, key or RESULT_KEYS[result], tone)


def _judged(state: State, turn: Turn) -> list[Offer]:
    """Right, wrong, and a part of the points where the rulebook gives it."""
    found = [_ruling(state, "right"), _ruling(state, "wrong")]
    if "partial" not in allowed_results(state, turn) or turn.stake_cp <= 100:
        return found
    ask = Ask("points_cp", "points", Text("得分", "Points"), (), 50, turn.stake_cp - 50, 50)
    half = turn.stake_cp // 200 * 100 or 50
    command = c.Rule("partial", half)
    return [*found, Offer("partial", command, RESULTS["partial"], "e", "right", asks=(ask,))]


def _answering(state: State, turn: Turn) -> list[Offer]:
    """Compulsory, risk, and the winner of a buzz: clock and ruling."""
    both, clock = _judged(state, turn), state.clock
    extra = _extras(state, turn)
    if clock is None:
        label = Text("开始计时", "Start the clock")
        if isinstance(state.round, Compulsory | Risk) and state.round.clock == "reading":
            label = Text("读题完毕 · 开始计时", "Reading done · start the clock")
        return [Offer("start_clock", c.StartClock(), label, "Space"), *both, *extra]
    if clock.state == "expired":
        return [_ruling(state, "timeout", "Space"), *both, *extra]
    if clock.state == "held":
        resume = Offer("resume_clock", c.ResumeClock(), Text("继续计时", "Resume the clock"), "c", "neutral")
        return [*both, resume, *extra]
    if clock.purpose == "begin":
        label = Text("选手开始作答", "Contestant has begun")
        return [Offer("begin", c.Begin(), label, "Space"), *both, _ruling(state, "timeout")]
    answered = Text("回答完毕 · 停表", "Answered · stop the clock")
    return [Offer("hold_clock", c.HoldClock(), answered, "Space"), *both, *extra]


def _extras(state: State, turn: Turn) -> list[Offer]:
    """A team-mate's help, and handing a risk question to a rival."""
    rules = state.round
    if isinstance(rules, Compulsory) and rules.help_cp is not None and not turn.helped:
        cost = signed(rules.help_cp) if rules.help_cp else "0"
        label = Text(f"队友协助 {cost}", f"A team-mate helps {cost}")
        return [Offer("use_help", c.UseHelp(), label, "h", "neutral")]
    if isinstance(rules, Risk) and rules.may_assign and turn.assigned_by is None and state.clock is None:
        rivals = tuple(seat for seat in state.rulebook.seats if seat != turn.seat)
        ask = Ask("seat", "choice", Text("由谁作答", "Who answers"), seat_choices(state, rivals))
        label = Text("指定对手作答", "Hand it to a rival")
        return [Offer("assign", c.Assign(rivals[0]), label, "g", "neutral", asks=(ask,))]
    return []


def _armings(state: State, turn: Turn, rules: BuzzIn) -> list[Offer]:
    cancel = Offer(
        "cancel_arming", c.CancelArming(), Text("取消这次抢答", "Cancel this arming"), "x", "neutral"
    )
    match turn.buzz.phase:
        case "armed":
            hint = Text("现在按键算犯规", "A press now is a foul")
            label = Text("开放抢答", "Open the boxes")
            if rules.opens == "countdown":
                count = rules.countdown_seconds
                label = Text(f"倒数 {count} 秒开放", f"Count {count} and open")
            return [Offer("open", c.Open(), label, "Space", hint=hint), cancel]
        case "open":
            return [cancel]
        case "audience":
            return [_ruling(state, "audience")]
        case "too_close":
            return _too_close(state, turn, rules)
    if not may_press(state, turn):
        return [_ruling(state, "void", "Space")]
    match turn.buzz.phase:
        case "nobody":
            again = Offer("arm", c.Arm(), Text("再抢一次", "Arm again"), "a", "neutral")
            close = _ruling(state, "unanswered")
            if rules.nobody_then != "audience":
                return [close, again]
            ask = Text("交给现场观众", "To the audience")
            closing = Offer(close.id, close.command, close.label, "n", "neutral")
            return [Offer("pass_to_audience", c.PassToAudience(), ask, "Space"), closing, again]
        case "interrupted":
            hint = Text(
                "计时中断过，刚才的按键不算", "The timing was interrupted: earlier presses do not count"
            )
            return [Offer("arm", c.Arm(), Text("重新准备抢答", "Arm again"), "Space", hint=hint)]
        case _:
            return [_first_arming(state, turn, rules)]


def _first_arming(state: State, turn: Turn, rules: BuzzIn) -> Offer:
    if rules.opens == "reading":
        hint = Text("读题时即可抢答", "They may press while you read")
        label = Text("开始读题 · 开放抢答", "Read · boxes open")
    else:
        hint = Text("此后到开放之前按键算犯规", "From now until the open, a press is a foul")
        label = Text("准备抢答", "Arm the boxes")
    if turn.attempts:
        said = "、".join(str(seat) for seat in may_press(state, turn))
        label = Text("其他选手再抢", "The others press again")
        hint = Text(f"{said} 号可以抢答", f"Seats {said.replace('、', ', ')} may press")
    return Offer("arm", c.Arm(), label, "Space", hint=hint)


def _too_close(state: State, turn: Turn, rules: BuzzIn) -> list[Offer]:
    """The ways the rulebook has, the usual one first."""
    tied = "、".join(str(seat) for seat in turn.buzz.tied)
    able = may_press(state, turn)
    found: list[Offer] = []
    for way in rules.too_close:
        key = "" if found else "Space"
        match way:
            case "press_again" if able:
                hint = Text(f"仅 {tied} 号参加", f"Only seats {tied.replace('、', ', ')}")
                found.append(Offer("arm", c.Arm(), Text("再抢一次", "Arm again"), key or "a", hint=hint))
            case "draw":
                label = Text(f"抽签（{tied} 号）", f"Draw lots ({tied.replace('、', ', ')})")
                found.append(Offer("settle_draw", c.SettleTie("draw"), label, key or "d", "neutral"))
            case "chief":
                ask = Ask(
                    "seat", "choice", Text("由谁作答", "Who answers"), seat_choices(state, turn.buzz.tied)
                )
                label = Text("裁判长裁决", "The chief judge decides")
                command = c.SettleTie("chief", turn.buzz.tied[0])
                found.append(Offer("settle_chief", command, label, key or "j", "neutral", asks=(ask,)))
            case "estimate" if _has_estimate(turn):
                label = Text("按最佳估计判定", "By the best estimate")
                hint = Text("须当众说明是估计", "Say aloud that it is an estimate")
                command = c.SettleTie("estimate")
                found.append(Offer("settle_estimate", command, label, key or "f", "neutral", hint))
    return found or [_ruling(state, "void", "Space")]


def _has_estimate(turn: Turn) -> bool:
    lags = sorted(
        one.lag_ns for one in turn.buzz.order if one.seat in turn.buzz.tied and one.lag_ns is not None
    )
    return len(lags) > 0 and (len(lags) == 1 or lags[0] < lags[1])


def _scenario(state: State, turn: Turn, rules: Scenario) -> list[Offer]:
    clock = state.clock
    if turn.marking == "closed":
        return [Offer("reveal_marks", c.RevealMarks(), Text("亮分", "Reveal the marks"), "Space")]
    close = _closing(state, turn, rules)
    if clock is None or (clock.purpose == "prepare" and clock.state != "running"):
        first = rules.prepare_seconds and not turn.prepared
        label = (
            Text("开始准备计时", "Start the preparation clock")
            if first
            else Text("开始计时", "Start the clock")
        )
        return [Offer("start_clock", c.StartClock(), label, "Space"), *close]
    if clock.state == "running":
        done = Text("应对结束 · 停表", "Finished · stop the clock")
        if clock.purpose == "prepare":
            done = Text("准备结束 · 停表", "Ready · stop the clock")
        return [Offer("hold_clock", c.HoldClock(), done, "Space"), *close]
    if clock.state == "held":
        resume = Offer("resume_clock", c.ResumeClock(), Text("继续计时", "Resume the clock"), "c", "neutral")
        return [*close, resume]
    # Every judge is excused or of the contestant's own unit: there will be no mark.
    return close or [_ruling(state, "void", "Space")]


def _closing(state: State, turn: Turn, rules: Scenario) -> list[Offer]:
    """Close the marking, and excuse a judge who cannot mark."""
    awaited = awaited_judges(state, rules, turn)
    found: list[Offer] = []
    if turn.sheets and not (awaited and rules.missing == "wait"):
        hint = (
            Text(f"还有 {len(awaited)} 位评委未提交", f"{len(awaited)} judges have not submitted")
            if awaited
            else None
        )
        count = f"{len(turn.sheets)}/{len(turn.sheets) + len(awaited)}"
        label = Text(f"结束评分（{count}）", f"Close the marking ({count})")
        running = state.clock is None or state.clock.state == "running" or state.clock.purpose == "prepare"
        key = "b" if running else "Space"
        found.append(
            Offer("close_marking", c.CloseMarking(), label, key, "neutral" if awaited else "go", hint)
        )
    if awaited:
        names = {judge.number: judge.name for judge in state.rulebook.judges}
        choices = tuple(
            Choice(judge, Text(f"{judge} 号 {names[judge]}", f"{judge} {names[judge]}")) for judge in awaited
        )
        asks = (Ask("judge", "choice", Text("评委", "Judge"), choices), REASON_ASK)
        label = Text("记录评委缺席", "Excuse a judge")
        found.append(
            Offer("excuse_judge", c.ExcuseJudge(awaited[0], REASON), label, "", "neutral", asks=asks)
        )
    return found

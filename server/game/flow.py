"""The course of the show: scenes, cues, rounds, turns, questions, clocks, places, and the signatures at the end."""

from __future__ import annotations

from . import compulsory, risk, tie_break
from . import events as e
from .corrections import check_letters, check_reason
from .order import seat_at, turn_order
from .paper import Paper, Slot
from .refusal import refuse
from .rulebook import NS_PER_S, BuzzIn, Compulsory, Risk, RoundRules, Scenario, TieBreak, questions_in
from .standings import places_to_reveal
from .state import State, Turn

SCENES = ("opening", "lineup", "scoreboard", "final", "standings")
ROLES = ("host", "chief_judge")


def go_is_open(state: State) -> bool:
    """True while a question or call stands that has not been settled."""
    return state.turn is not None and not state.turn.done


def round_is_over(state: State) -> bool:
    """True when every go of the round is settled, or it was ended (and before the first round)."""
    rules = state.round
    if rules is None:
        return True
    if go_is_open(state):
        return False
    if state.round_index in state.ended:
        return True
    if isinstance(rules, TieBreak):
        return state.tie is None or state.tie.over
    return state.goes >= questions_in(rules, len(state.rulebook.seats))


def next_round(state: State) -> int | None:
    """The first round that has not begun, None when all have."""
    return next((index for index in range(len(state.rulebook.rounds)) if index not in state.begun), None)


def skipped_rounds(state: State) -> tuple[int, ...]:
    """Rounds that were skipped and never held: the host may still come back to them."""
    held = {part for part, _ in state.timeline}
    return tuple(
        index
        for index in sorted(state.ended)
        if f"round.{index}" not in held and index < len(state.rulebook.rounds)
    )


def must_not_be_open(state: State) -> None:
    """Refuse while the question in hand has no ruling."""
    if go_is_open(state):
        refuse("这一题还没有裁定", "The question in hand has no ruling yet")


def show(state: State, scene: str) -> list[e.Event]:
    """Bring a scene that belongs to no turn."""
    if scene not in SCENES:
        refuse(f"没有「{scene}」这个画面", f"There is no scene '{scene}'")
    must_not_be_open(state)
    if scene == "final":
        if not round_is_over(state) or next_round(state) is not None:
            refuse("还有环节没有结束，不能公布名次", "Rounds are left: no final standings yet")
        if tie_break.open_ties(state):
            refuse("还有并列需要加赛", "A tie must be broken first")
    if scene == "standings" and (
        not state.places or sum(len(place.seats) for place in state.places) < len(state.rulebook.seats)
    ):
        refuse("名次还没有全部公布", "Not all places are revealed yet")
    return [e.SceneShown(scene)]


def show_cue(state: State, cue: int) -> list[e.Event]:
    """Bring a free cue: a speech, a video, an award."""
    must_not_be_open(state)
    if not 0 <= cue < len(state.rulebook.cues):
        refuse("流程单里没有这一项", "The cue sheet has no such cue")
    return [e.CueShown(cue)]


def start_round(state: State, index: int | None, chance: int) -> list[e.Event]:
    """Begin the next round, or jump to another that has not begun or was skipped."""
    must_not_be_open(state)
    if not round_is_over(state):
        refuse("本环节还有题目", "This round is not over yet")
    if index is None:
        index = next_round(state)
    if index is None:
        refuse("所有环节都已结束", "All rounds are over")
    if not 0 <= index < len(state.rulebook.rounds):
        refuse("没有这个环节", "There is no such round")
    if index in state.begun and index not in skipped_rounds(state):
        refuse("这个环节已经进行过", "That round has been held already")
    rules = state.rulebook.rounds[index]
    order, seed = turn_order(state, getattr(rules, "order", "seat"), chance)
    return [e.RoundStarted(index, order, seed)]


def end_round(state: State, index: int | None, reason: str) -> list[e.Event]:
    """End the round in hand early, or skip one that has not begun."""
    must_not_be_open(state)
    said = check_reason(reason)
    if index is None:
        index = state.round_index
    if index == state.round_index:
        if round_is_over(state):
            refuse("本环节已经结束", "This round is over")
    elif index in state.begun or not 0 <= index < len(state.rulebook.rounds):
        refuse("没有可以跳过的这个环节", "There is no such round left to skip")
    return [e.RoundEnded(index, said)]


def start_tie_break(state: State) -> list[e.Event]:
    """Begin the tie-break that is due."""
    must_not_be_open(state)
    if not round_is_over(state) or next_round(state) is not None:
        refuse("还有环节没有结束", "Rounds are left")
    return tie_break.start(state)


def call_turn(state: State) -> list[e.Event]:
    """Call the next contestant of the round."""
    rules = state.round
    if rules is None or state.buzz_rules is not None:
        refuse("本环节不按席位轮流", "This round has no turns by seat")
    must_not_be_open(state)
    _must_go_on(state, rules)
    if isinstance(rules, Risk) and rules.sealed and not state.stakes_revealed:
        refuse("请先公布选分", "Reveal the choices first")
    position = state.goes + 1
    return [e.TurnCalled(position, seat_at(rules, state.order, position))]


def _must_go_on(state: State, rules: RoundRules) -> None:
    if round_is_over(state):
        refuse("本环节已经结束", "This round is over")
    if isinstance(rules, TieBreak) and tie_break.limit_reached(state):
        refuse("加赛已到上限，请按规则裁决", "The tie-break has come to its limit: decide it by the rules")


def open_numbers(state: State) -> tuple[int, ...]:
    """The numbers on the board that the contestant in hand may choose; () where nobody chooses a number."""
    seat = state.turn.seat if state.turn else None
    return tuple(slot.number for slot in state.free_slots(None, seat) if slot.number is not None)


def numbers_of(state: State) -> int:
    """How many numbers the board has that the contestant in hand chooses from, open or gone."""
    seat = state.turn.seat if state.turn else None
    return sum(
        slot.round_index == state.round_index and slot.number is not None and slot.seat in (None, seat)
        for slot in state.slots
    )


def present(state: State, points: int | None, number: int | None, paper: Paper, now_ns: int) -> list[e.Event]:
    """Show the next question of the go in hand, and start its clock where the rulebook says so."""
    rules, turn = state.round, state.turn
    if rules is None:
        refuse("还没有开始环节", "No round has begun")
    waiting = turn is not None and not turn.done and turn.question is None
    if state.buzz_rules is not None and not waiting:
        must_not_be_open(state)
        _must_go_on(state, rules)
        position, seat = state.goes + 1, None
    elif turn is None or not waiting:
        refuse("请先请出选手", "Call a contestant first")
    else:
        position, seat = turn.position, turn.seat
    value_cp = risk.stake_in_hand(state, rules, points) if isinstance(rules, Risk) else None
    slot = _next_slot(state, turn if waiting else None, value_cp, number)
    question = paper[slot.question_id].public
    chosen = turn.number if waiting and turn and turn.number is not None else slot.number
    shown: list[e.Event] = [
        e.QuestionPresented(position, seat, _stake_cp(rules, slot, paper), question, chosen)
    ]
    if isinstance(rules, Compulsory | Risk) and rules.clock == "shown":
        total_ns = rules.seconds * NS_PER_S
        shown.append(e.ClockStarted("answer", total_ns, now_ns + total_ns, joined=True))
    return shown


def _next_slot(state: State, turn: Turn | None, value_cp: int | None, number: int | None) -> Slot:
    seat = turn.seat if turn else None
    free = list(state.free_slots(value_cp, seat))
    board = [slot for slot in free if slot.number is not None]
    if turn is not None and turn.number is not None:
        board = []  # the question of that number was withdrawn: one from the reserve takes its place
        number = None
    if board:
        slot = next((one for one in board if one.number == number), None)
        if slot is None:
            said = "、".join(str(one.number) for one in board)
            refuse(f"请选择题号（{said}）", f"Choose a number ({said.replace('、', ', ')})")
        return slot
    if number is not None:
        refuse("本环节不选题号", "No numbers are chosen in this round")
    slot = next((one for one in free if one.number is None), None)
    if slot is None:
        refuse("这一类的题目已经用完", "No such question is left")
    return slot


def _stake_cp(rules: RoundRules, slot: Slot, paper: Paper) -> int:
    match rules:
        case Compulsory():
            return compulsory.stake_cp(rules, paper[slot.question_id].public)
        case BuzzIn():
            return rules.right_cp
        case Scenario():
            return rules.max_cp
        case Risk():
            return slot.value_cp or 0
        case TieBreak():
            return tie_break.points_cp(rules, "right")


def _spare_questions(state: State, turn: Turn) -> bool:
    """True when another question can be shown in this go and each later go of the round still has its own."""
    rules = state.round
    value_cp = turn.stake_cp if isinstance(rules, Risk) else None
    spare = sum(1 for slot in state.free_slots(value_cp, turn.seat) if slot.number is None)
    if rules is None or isinstance(rules, TieBreak) or turn.number is not None:
        return spare > 0  # a tie-break may run out and is decided then; later goes choose from the board
    later = questions_in(rules, len(state.rulebook.seats)) - turn.position
    if not isinstance(rules, Risk):
        return spare > later
    if rules.sealed:
        stakes = dict(state.stakes)
        return spare > sum(1 for seat in state.order[turn.position :] if stakes.get(seat) == value_cp)
    left = sum(1 for value in rules.values_cp for _ in state.free_slots(value))
    return spare > 0 and left > later


def replace_question(state: State, reason: str) -> list[e.Event]:
    """Withdraw the question in hand; refused where no other is left to take its place."""
    turn = state.turn
    if turn is None or turn.question is None or turn.done:
        refuse("现在没有可以更换的题目", "There is no question in hand to replace")
    if turn.attempts:
        refuse("已经有人答过这一题，只能作废", "Somebody has answered it: it can only be void")
    said = check_reason(reason)
    if not _spare_questions(state, turn):
        refuse("没有备用题了，只能作废本题", "No question is in reserve: it can only be void")
    withdrawn: list[e.Event] = [e.QuestionWithdrawn(turn.question.id, said)]
    if turn.buzz.live and turn.buzz.arming:
        return [e.ArmingEnded(turn.buzz.arming, "cancelled"), *withdrawn]
    return withdrawn


def start_clock(state: State, now_ns: int) -> list[e.Event]:
    """The answering clock, or the scenario's: first for preparation where there is any, then for the performance."""
    turn, rules, clock = state.turn, state.round, state.clock
    free = clock is None or (clock.purpose == "prepare" and turn is not None and turn.prepared)
    if turn is None or turn.question is None or turn.done or not free or turn.staged:
        refuse("现在没有可以开始的时钟", "There is no clock to start now")
    match rules:
        case Compulsory() | Risk():
            purpose, seconds = "answer", rules.seconds
        case TieBreak(method="in_turn"):
            purpose, seconds = "answer", rules.seconds
        case Scenario():
            if turn.marking != "open":
                refuse("评分已经结束", "The marking is closed")
            prepare = rules.prepare_seconds and not turn.prepared
            purpose, seconds = ("prepare", rules.prepare_seconds) if prepare else ("perform", rules.seconds)
        case _:
            refuse("抢答题的时钟随抢答开始", "In a buzz-in round the clock starts with the buzz")
    return [e.ClockStarted(purpose, seconds * NS_PER_S, now_ns + seconds * NS_PER_S)]


def reveal_answer(state: State, paper: Paper) -> list[e.Event]:
    """Make the answer public, once nobody may answer any more."""
    turn = state.turn
    if turn is None or turn.question is None or turn.ruling is None:
        refuse("裁定之后才能公布答案", "The answer can be revealed after the ruling")
    if turn.answer is not None:
        refuse("答案已经公布", "The answer is revealed already")
    if turn.question.form == "scenario":
        refuse("情景题没有标准答案", "A scenario has no answer to reveal")
    return [e.AnswerRevealed(paper[turn.question.id].answer)]


def reveal_place(state: State) -> list[e.Event]:
    """The next place, from the last to the first."""
    if state.scene != "final":
        refuse("请先进入名次公布画面", "Go to the final standings first")
    groups = places_to_reveal(state)
    if len(state.places) >= len(groups):
        refuse("名次已全部公布", "All places are revealed")
    place, seats = groups[len(state.places)]
    return [e.PlaceRevealed(place, seats)]


def certify(state: State, role: str, name: str) -> list[e.Event]:
    """One signature under the result that stands on the screen."""
    if state.scene != "standings":
        refuse("请先公布全部名次", "Reveal all places first")
    if role not in ROLES:
        refuse("由主持人和裁判长确认", "The host and the chief judge certify")
    if role in dict(state.certified):
        refuse("已经确认过", "That signature is there already")
    if not 0 < len(name.strip()) <= 40:
        refuse("请写确认人的姓名", "Give the name of who signs")
    check_letters(name.strip())
    return [e.Certified(role, name.strip())]

"""必答题: what a question is worth, what a ruling gives, and a team-mate's help."""

from __future__ import annotations

from . import events as e
from .paper import PublicQuestion
from .refusal import refuse
from .rulebook import Compulsory
from .state import State


def stake_cp(rules: Compulsory, question: PublicQuestion) -> int:
    """What a right answer to this question is worth: by its form where the rulebook says so."""
    return next((one.right_cp for one in rules.by_form if one.form == question.form), rules.right_cp)


def points_cp(rules: Compulsory, stake: int, result: str) -> int:
    """Centipoints for a ruling; a void question counts for nothing."""
    timeout = rules.wrong_cp if rules.timeout_cp is None else rules.timeout_cp
    return {"right": stake, "wrong": rules.wrong_cp, "timeout": timeout}.get(result, 0)


def use_help(state: State) -> list[e.Event]:
    """A team-mate helps, once a question."""
    turn, rules = state.turn, state.round
    if not isinstance(rules, Compulsory) or rules.help_cp is None:
        refuse("本环节没有求助", "There is no help in this round")
    if turn is None or turn.question is None or turn.done or turn.seat is None:
        refuse("现在没有可以求助的题目", "There is no question in hand to help with")
    if turn.helped:
        refuse("这一题已经求助过", "There was help with this question already")
    used: list[e.Event] = [e.HelpUsed(turn.seat)]
    return [*used, e.Scored(turn.seat, rules.help_cp, "help")] if rules.help_cp else used

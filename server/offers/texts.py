"""What the console's buttons say: results, steps, and what an undo would take back."""

from __future__ import annotations

from ..game.rulebook import Text
from ..game.state import State

RESULTS = {
    "right": Text("答对", "Right"),
    "partial": Text("部分得分", "Partly right"),
    "wrong": Text("答错", "Wrong"),
    "timeout": Text("超时", "Time's up"),
    "void": Text("作废本题", "Void the question"),
    "unanswered": Text("无人抢答，结束本题", "Close: nobody pressed"),
    "audience": Text("观众作答完毕，结束本题", "The audience has answered: close"),
    "declined": Text("放弃", "Declined"),
    "marks": Text("评委评分", "Judges' mark"),
}
RESULT_KEYS = {
    "right": "r",
    "partial": "e",
    "wrong": "w",
    "timeout": "t",
    "void": "v",
    "unanswered": "Space",
    "audience": "Space",
    "declined": "d",
}
STEPS = {
    "SceneShown": Text("换画面", "scene"),
    "CueShown": Text("流程项", "cue"),
    "RoundStarted": Text("开始环节", "start of the round"),
    "RoundEnded": Text("结束环节", "end of the round"),
    "TurnCalled": Text("请出选手", "call of the contestant"),
    "QuestionPresented": Text("出示题目", "question shown"),
    "QuestionWithdrawn": Text("更换题目", "question replaced"),
    "QuestionAssigned": Text("指定对手", "question handed on"),
    "StakesRevealed": Text("公布选分", "choices revealed"),
    "HelpUsed": Text("求助", "help"),
    "ClockStarted": Text("开始计时", "clock started"),
    "ClockHeld": Text("停表", "clock stopped"),
    "ClockResumed": Text("继续计时", "clock resumed"),
    "Armed": Text("准备抢答", "armed"),
    "VerdictGiven": Text("抢答判定", "verdict"),
    "TieSettled": Text("同时抢答的裁决", "settled tie"),
    "PassedToAudience": Text("交给观众", "passed to the audience"),
    "AnswerRevealed": Text("公布答案", "answer revealed"),
    "JudgeExcused": Text("评委缺席", "judge excused"),
    "MarkingClosed": Text("结束评分", "marking closed"),
    "MarksRevealed": Text("亮分", "marks revealed"),
    "TieRanked": Text("并列裁决", "tie decided"),
    "Corrected": Text("比分更正", "correction"),
    "PlaceRevealed": Text("公布名次", "place revealed"),
    "Certified": Text("成绩确认", "signature"),
}


SLIDES = {"hold": Text("请稍候", "Please wait"), "rules": Text("规则", "Rules")}
LIFTS = {
    "hold": Text("收起「请稍候」", "Lift the hold slide"),
    "rules": Text("收起「规则」", "Lift the rules"),
}


def lift_label(state: State) -> Text:
    """What lifts the slide that lies over the show."""
    return LIFTS[state.cover]


def undo_label(state: State) -> Text:
    """What an undo would take back."""
    return step_label(state.before_what)


def step_label(name: str) -> Text:
    """A step by the name the fold gives it: "ruled.right", "foul.3", "ClockHeld"."""
    what, _, detail = name.partition(".")
    match what:
        case "ruled":
            return Text(f"裁定「{RESULTS[detail].zh}」", f"ruling '{RESULTS[detail].en}'")
        case "staged":
            return Text(f"待公布的裁定「{RESULTS[detail].zh}」", f"waiting ruling '{RESULTS[detail].en}'")
        case "foul":
            return Text(f"{detail} 号犯规", f"foul of seat {detail}")
    return STEPS[what]

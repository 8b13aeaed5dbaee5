"""Every word of an exported result in both languages, and how figures and times are written in it."""

from __future__ import annotations

from datetime import datetime

from ..game.rulebook import Text

TIGHT = "\u00a0"
"""A blank at which no line breaks."""

WORDS: dict[str, Text] = {
    "certificate": Text("成绩证书", "Certificate of Result"),
    "account": Text("成绩明细", "The account behind it"),
    "not_certified": Text("未确认", "NOT CERTIFIED"),
    "not_certified_why": Text("尚缺签名：{who}", "signature missing: {who}"),
    "certified": Text("成绩已由主持人和裁判长确认", "Certified by the host and the chief judge"),
    "rehearsal": Text("彩排", "REHEARSAL"),
    "rehearsal_why": Text("彩排 · 不计入正式成绩", "Rehearsal · not a result"),
    "host": Text("主持人", "Host"),
    "chief_judge": Text("裁判长", "Chief judge"),
    "signed": Text("确认于 {time}", "signed {time}"),
    "unsigned": Text("未签名", "not signed"),
    "place": Text("名次", "Place"),
    "seat": Text("席位", "Seat"),
    "seat_of": Text("{seat} 号席", "seat {seat}"),
    "number": Text("编号", "No."),
    "name": Text("姓名", "Name"),
    "unit": Text("单位", "Unit"),
    "score": Text("得分", "Score"),
    "points": Text("分", "points"),
    "worth": Text("得分", "Points"),
    "decided": Text("并列的决定", "Tie decided by"),
    "shared": Text("并列", "shared"),
    "base": Text("底分", "Base"),
    "other": Text("环节之外", "Outside"),
    "total": Text("总分", "Total"),
    "row": Text("行号", "Row"),
    "time": Text("时间", "Time"),
    "round": Text("环节", "Round"),
    "question": Text("题目", "Question"),
    "contestant": Text("选手", "Contestant"),
    "cause": Text("原因", "Cause"),
    "change": Text("变动", "Change"),
    "after": Text("变动后", "After"),
    "result": Text("裁定", "Ruling"),
    "stake": Text("分值", "Stake"),
    "note": Text("说明", "Note"),
    "early": Text("提前", "Early by"),
    "cost": Text("扣分", "Cost"),
    "then": Text("之后", "Then"),
    "what": Text("更正", "Correction"),
    "was": Text("原裁定", "It was"),
    "now": Text("改为", "It is"),
    "by": Text("决定人", "Decided by"),
    "scores": Text("比分变化", "Scores"),
    "reason": Text("理由", "Reason"),
    "marks": Text("评委评分", "Judges' marks"),
    "mean": Text("得分", "Mark"),
    "left_out": Text("未评分的评委", "Judges without a mark"),
    "outcome": Text("判定", "Verdict"),
    "lead": Text("领先 ± 不确定度", "Lead ± uncertainty"),
    "presses": Text("按键（比第一位晚）", "Presses (after the first)"),
    "settled": Text("如何决定", "How it was settled"),
    "order": Text("名次先后", "Order"),
    "taken": Text("撤销的行", "Rows taken back"),
    "step": Text("步骤", "Step"),
    "lost": Text("随之取消的得分", "Score entries that went"),
    "corrected": Text("已更正", "corrected"),
    "undone": Text("已撤销", "undone"),
    "redone": Text("已重做", "redone"),
    "none": Text("无", "none"),
    "seed": Text("种子", "seed"),
    "head": Text("记录末行哈希", "Head hash of the log"),
    "events": Text("记录行数", "Rows in the log"),
    "draw_seed": Text("抽题种子", "Seed of the draw"),
    "version": Text("软件版本", "Version"),
    "contest": Text("比赛编号", "Contest id"),
    "began": Text("记录开始", "Log begun"),
    "ended": Text("记录最后一行", "Last row"),
    "status": Text("状态", "Status"),
    "verify": Text("如何核对", "How to verify"),
    "verify_how": Text(
        "取得比赛记录文件后运行 run.py verify 记录文件 --certificate 证书.json：它逐行核对记录、重新裁定每次抢答、"
        "重新计算成绩，并与证书逐项比较。记录文件中任何一行的改动都会被指出。",
        "With the contest's log, run: run.py verify LOG --certificate CERTIFICATE.json. It checks every row, judges "
        "every buzz again, reckons the scores anew and compares them with the certificate. A change to any row is named.",
    ),
    "dropped.high": Text("去掉最高", "highest dropped"),
    "dropped.low": Text("去掉最低", "lowest dropped"),
    "masked": Text("本单位回避", "own unit, does not mark"),
    "missing": Text("未提交", "not submitted"),
    "excused": Text("免评", "excused"),
    "boxes_missing": Text("未报告的按键盒：{boxes}", "boxes that did not report: {boxes}"),
    "page": Text("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
    "struck_note": Text("标有“已撤销”的行不计入成绩。", "Lines marked “undone” do not count."),
}

SECTIONS: dict[str, Text] = {
    "places": Text("名次", "Places"),
    "sums": Text("各环节得分", "Scores by round"),
    "entries": Text("得分记录", "Score entries"),
    "rulings": Text("裁定", "Rulings"),
    "fouls": Text("抢答犯规", "Foul presses"),
    "corrections": Text("比分更正", "Corrections"),
    "panels": Text("情景模拟题评分", "Scenario marks"),
    "verdicts": Text("抢答判定", "Verdicts"),
    "decisions": Text("并列的决定", "How ties were decided"),
    "undone": Text("撤销的步骤", "Steps undone"),
    "log": Text("记录", "The log"),
}

VALUES: dict[str, Text] = {
    "right": Text("答对", "right"),
    "partial": Text("部分答对", "partly right"),
    "wrong": Text("答错", "wrong"),
    "timeout": Text("超时", "time out"),
    "declined": Text("放弃", "declined"),
    "void": Text("作废", "void"),
    "unanswered": Text("无人作答", "unanswered"),
    "audience": Text("交观众作答", "to the audience"),
    "foul": Text("抢答犯规", "foul press"),
    "help": Text("求助", "help"),
    "marks": Text("评委评分", "judges' marks"),
    "correction": Text("比分更正", "correction"),
    "what.ruling": Text("改变裁定", "ruling changed"),
    "what.credit": Text("改记他人", "credited to another"),
    "what.void": Text("题目作废", "question void"),
    "what.score": Text("设定比分", "score set"),
    "outcome.winner": Text("最先按下", "first"),
    "outcome.too_close": Text("无法区分", "too close to call"),
    "outcome.nobody": Text("无人按键", "nobody pressed"),
    "settled.draw": Text("抽签", "by lot"),
    "settled.chief": Text("裁判长决定", "chief judge"),
    "settled.estimate": Text("按最佳估计", "best estimate"),
    "settled.press_again": Text("重新抢答", "pressed again"),
    "how.sudden_death": Text("加赛：一题一决", "sudden death"),
    "how.questions": Text("加赛：抢答", "tie-break questions"),
    "how.in_turn": Text("加赛：轮流作答", "tie-break in turn"),
    "how.draw": Text("抽签", "by lot"),
    "how.chief": Text("裁判长决定", "chief judge"),
    "then.others": Text("其他选手继续", "the others go on"),
    "then.void": Text("本题作废", "the question is void"),
    "then.audience": Text("交观众作答", "to the audience"),
    "then.press": Text("仅此次按键无效", "that press is void"),
    "press.foul": Text("犯规", "foul"),
    "press.tied": Text("无法区分", "tied"),
    "press.locked_out": Text("无资格", "locked out"),
    "press.not_counted": Text("不计", "not counted"),
}

STEPS: dict[str, Text] = {
    "SceneShown": Text("切换画面", "scene shown"),
    "CueShown": Text("流程项", "cue shown"),
    "RoundStarted": Text("开始环节", "round started"),
    "RoundEnded": Text("结束环节", "round ended"),
    "TurnCalled": Text("请选手", "contestant called"),
    "QuestionPresented": Text("出示题目", "question presented"),
    "QuestionWithdrawn": Text("换题", "question withdrawn"),
    "QuestionAssigned": Text("指定他人作答", "question assigned"),
    "StakesRevealed": Text("公布分值选择", "stakes revealed"),
    "HelpUsed": Text("求助", "help used"),
    "ClockStarted": Text("开始计时", "clock started"),
    "ClockHeld": Text("计时暂停", "clock held"),
    "ClockResumed": Text("继续计时", "clock resumed"),
    "Armed": Text("准备抢答", "armed"),
    "PassedToAudience": Text("交观众作答", "passed to the audience"),
    "TieSettled": Text("决定无法区分的抢答", "tie settled"),
    "AnswerRevealed": Text("公布答案", "answer revealed"),
    "JudgeExcused": Text("评委免评", "judge excused"),
    "MarkingClosed": Text("结束评分", "marking closed"),
    "MarksRevealed": Text("亮分", "marks revealed"),
    "TieRanked": Text("决定并列", "tie decided"),
    "Corrected": Text("比分更正", "correction"),
    "PlaceRevealed": Text("公布名次", "place revealed"),
    "Certified": Text("确认成绩", "certified"),
    "ruled": Text("裁定", "ruled"),
    "staged": Text("待公布的裁定", "ruling staged"),
    "foul": Text("抢答犯规", "foul press"),
}


class Words:
    """The words of one language: `zh` is Chinese, whatever else is English."""

    def __init__(self, language: str) -> None:
        self.chinese = language.lower().startswith("zh")

    def of(self, text: Text) -> str:
        """A text in this language; the other one where this one is empty."""
        first, second = (text.zh, text.en) if self.chinese else (text.en, text.zh)
        return first or second

    def __call__(self, key: str, **given: object) -> str:
        return self.of(WORDS[key]).format(**given) if given else self.of(WORDS[key])

    def section(self, key: str) -> str:
        return self.of(SECTIONS[key])

    def value(self, key: str) -> str:
        """The word for a value of the log; a value without one is written as it stands there."""
        return self.of(VALUES[key]) if key in VALUES else key.rpartition(".")[2] or key

    def step(self, what: str) -> str:
        """What an undo calls the step it took back, e.g. "ruled.right"."""
        kind, _, detail = what.partition(".")
        name = self.of(STEPS[kind]) if kind in STEPS else kind
        if not detail:
            return name
        return f"{name}{'：' if self.chinese else ': '}{self.value(detail)}"

    def listed(self, parts: list[str]) -> str:
        return ("；" if self.chinese else "; ").join(parts)

    def bracket(self, text: str) -> str:
        return f"（{text}）" if self.chinese else f" ({text})"


def points(value_cp: int) -> str:
    """Centipoints as people write points: "10", "−10", "87.67"."""
    whole, rest = divmod(abs(value_cp), 100)
    text = f"{whole}.{rest:02d}" if rest else str(whole)
    return f"−{text}" if value_cp < 0 else text


def change(value_cp: int) -> str:
    """As `points`, with a plus for gains."""
    return f"+{points(value_cp)}" if value_cp > 0 else points(value_cp)


def milliseconds(value_ns: int | None, *, up: bool = False) -> str:
    """Nanoseconds as milliseconds to three decimals; `up`: rounded up, as an uncertainty has to be."""
    if value_ns is None:
        return "–"
    sign, size = ("−" if value_ns < 0 else ""), abs(value_ns)
    micro = -(-size // 1000) if up else (size + 500) // 1000
    return f"{sign}{micro // 1000}.{micro % 1000:03d}"


def in_ms(value_ns: int | None) -> str:
    """As `milliseconds`, with the unit; a dash for None."""
    return "–" if value_ns is None else f"{milliseconds(value_ns)}{TIGHT}ms"


def clock_time(wall_time: str, day: str = "") -> str:
    """The time of day out of a row's wall time; with the date where it is not of `day`; as it stands if unreadable."""
    try:
        when = datetime.fromisoformat(wall_time)
    except ValueError:
        return wall_time
    return when.strftime("%H:%M:%S" if wall_time[:10] == day[:10] else "%Y-%m-%d %H:%M:%S")


def date_of(wall_time: str, words: Words) -> str:
    """The date out of a row's wall time, written out."""
    try:
        when = datetime.fromisoformat(wall_time)
    except ValueError:
        return wall_time
    return f"{when.year} 年 {when.month} 月 {when.day} 日" if words.chinese else f"{when.day} {when:%B %Y}"

"""情景模拟题 in words: how it runs, what the judges enter, and how their marks become one."""

from __future__ import annotations

from ..game.rulebook import Scenario, ScoreSheet, SheetLine, Text
from .clauses import MAY, MUST, SHOULD, Clause, PointsRow, brief, clause
from .phrases import EQUAL_SCORES, ORDER_FULL, ORDER_SHORT, spare_clauses
from .wording import FIGURES, Wording, en_list, figure, sentence, tidy

ROUND_TO = {
    1: ("四舍五入保留两位小数", "rounded half up to two decimals", "保留两位小数"),
    10: ("四舍五入保留一位小数", "rounded half up to one decimal", "保留一位小数"),
    100: ("四舍五入取整数", "rounded half up to a whole number", "取整数"),
}


def clauses(rules: Scenario, way: Wording, judges: int) -> list[Clause]:
    """Every rule of the round in the order of what happens, filled by that wording."""
    found = [
        _order(rules),
        _pick(rules, way),
        _prepare(rules, way),
        _perform(rules, way),
        _marks(rules, way, judges),
    ]
    if rules.sheet is not None:
        found.append(_sheet(rules.sheet, rules.max_cp, way))
    found += [_mean(rules, way), _own_unit(rules), _missing(rules)]
    found.append(
        clause(
            "",
            "结束评分之前，评委可以修改自己的评分；亮分时所有评分同时公布。",
            "Judges may correct their marks until the marking is closed; all marks are revealed together.",
        )
    )
    return found + spare_clauses(way, rules.reserve, rules.planned_seconds)


def table(rules: Scenario) -> list[PointsRow]:
    """What the round can do to a score."""
    top = figure(rules.max_cp)
    return [PointsRow(Text("评委评分", "The judges' mark"), Text(f"0 至 {top}", f"0 to {top}"))]


def _order(rules: Scenario) -> Clause:
    zh, en = ORDER_FULL[rules.order]
    short_zh, short_en = ORDER_SHORT[rules.order]
    return clause(
        "order",
        f"选手{zh}上场{EQUAL_SCORES.get(rules.order, '')}，每人完成一个情景，现场应对模拟客户。",
        f"Contestants come {en}, one scenario each, live with a simulated customer.",
        brief(MUST, f"{short_zh}，每人一个情景", f"{short_en}, one scenario each"),
    )


def _pick(rules: Scenario, way: Wording) -> Clause:
    if rules.pick == "drawn":
        return clause(
            "pick", "情景由赛前抽签确定。", "The scenarios were drawn by lot beforehand.", aloud=False
        )
    pool_zh = f"从{way.zh(rules.pool, '个情景')}中" if rules.pool else ""
    pool_en = f" out of {way.en(rules.pool, 'scenario')}" if rules.pool else ""
    return clause(
        "pick pool",
        f"选手上场时{pool_zh}抽取一个题号，抽过的题号不再使用。",
        f"Each contestant draws a number{pool_en}; a number is drawn once only.",
        brief(
            MUST,
            f"{rules.pool}个情景当场抽取" if rules.pool else "情景当场抽取",
            f"draw one out of {rules.pool}" if rules.pool else "draw a scenario",
        ),
    )


def _prepare(rules: Scenario, way: Wording) -> Clause:
    if rules.prepare_seconds == 0:
        return clause("prepare_seconds", "不设准备时间。", "There is no time to prepare.", aloud=False)
    return clause(
        "prepare_seconds",
        f"准备时间{way.zh_time(rules.prepare_seconds)}，在准备时间内可以阅读情景材料。",
        f"The contestant has {way.en_time(rules.prepare_seconds)} to read the scenario and prepare.",
        brief(MUST, f"准备{rules.prepare_seconds}秒", f"{rules.prepare_seconds} s to prepare"),
    )


def _perform(rules: Scenario, way: Wording) -> Clause:
    return clause(
        "seconds",
        f"现场应对限时{way.zh_time(rules.seconds)}，时间到即停止。",
        f"The scene itself has {way.en_time(rules.seconds)} and stops when the time is up.",
        brief(MUST, f"应对限时{rules.seconds}秒", f"{rules.seconds} s on stage"),
    )


def _marks(rules: Scenario, way: Wording, judges: int) -> Clause:
    who_zh = f"由{way.zh(judges, '位评委')}" if judges else "由评委"
    who_en = way.en(judges, "judge") if judges else "the judges"
    by_zh = "按评分表" if rules.sheet is not None else "按答案要点"
    by_en = "by the score sheet" if rules.sheet is not None else "by the points the answer must contain"
    return clause(
        "max_cp step_cp sheet",
        f"{who_zh}{by_zh}评分，满分{way.zh_points(rules.max_cp)}，以{way.zh_points(rules.step_cp)}为一档。",
        f"{who_en} mark it {by_en}, up to {way.en_points(rules.max_cp)}, in steps of {way.en_points(rules.step_cp)}.".replace(
            "judge mark it", "judge marks it"
        ),
        brief(MUST, f"评委评分，满分{figure(rules.max_cp)}分", f"judges mark up to {figure(rules.max_cp)}"),
    )


def _sheet(sheet: ScoreSheet, max_cp: int, way: Wording) -> Clause:
    zh = f"评分表共{way.zh(len(sheet.lines), '项')}"
    en = f"The score sheet has {way.en(len(sheet.lines), 'line')}"
    weighted = [group for group in sheet.groups if group.weight]
    if weighted:
        zh += "，按权重合计：" + "，".join(
            f"{group.title}占{way.zh_percent(group.weight)}" for group in weighted
        )
        en += ", summed by weight: " + en_list(
            f"{group.title} {way.en_percent(group.weight)}" for group in weighted
        )
    elif sheet.groups:
        zh += "，分为" + "、".join(group.title for group in sheet.groups)
        en += ", in groups: " + en_list(group.title for group in sheet.groups)
    if weighted or sum(line.max_cp for line in sheet.lines) != max_cp:
        zh += f"；合计按比例折算，满分为{way.zh_points(max_cp)}"
        en += f"; the sum is scaled so that the full mark is {way.en_points(max_cp)}"
    return clause("sheet max_cp", f"{zh}。", f"{en}.")


def _mean(rules: Scenario, way: Wording) -> Clause:
    round_zh, round_en, round_short = ROUND_TO[rules.round_to_cp]
    if rules.drop == 0:
        return clause(
            "drop round_to_cp",
            f"所有有效评分取平均分，{round_zh}，就是选手的得分。",
            f"The mean of all marks, {round_en}, is the contestant's score for it.",
            brief(
                SHOULD,
                f"取平均分，{round_short}",
                f"the mean of all marks, {round_en.removeprefix('rounded half up ')}",
            ),
        )
    count_zh = way.zh(rules.drop, "个")
    ends_en = f"the {_few(rules.drop, 'highest', way)} and the {_few(rules.drop, 'lowest', way)}"
    least = rules.least_to_drop
    keep_zh, keep_en = "", ""
    if least <= 2 * rules.drop:
        keep_zh, keep_en = "去分以后至少留下一份评分。", " At least one mark is always left."
    each_zh = f"去掉{count_zh}最高分和{count_zh}最低分"
    shorts = (
        brief(
            SHOULD,
            "去掉最高分和最低分" if rules.drop == 1 else f"去掉最高和最低各{rules.drop}个",
            "highest and lowest dropped"
            if rules.drop == 1
            else f"{rules.drop} highest and {rules.drop} lowest dropped",
        ),
        brief(MAY, f"平均分{round_short}", f"the mean {round_en.removeprefix('rounded half up ')}"),
    )
    return clause(
        "drop least_to_drop round_to_cp",
        f"有效评分达到{way.zh(least, '份')}时，{each_zh}，其余取平均分；不足{way.zh(least, '份')}的，全部取平均分。"
        f"{keep_zh}平均分{round_zh}，就是选手的得分。",
        f"With {way.en(least, 'sheet')} or more, {ends_en} are left out "
        f"and the mean of the rest is taken; with fewer, the mean of all.{keep_en} The mean, {round_en}, is the score for it.",
        shorts,
    )


def _few(drop: int, end: str, way: Wording) -> str:
    return f"{end} mark" if drop == 1 else way.en(drop, f"{end} mark")


def _own_unit(rules: Scenario) -> Clause:
    if rules.mask_own_unit:
        return clause(
            "mask_own_unit",
            "评委不给本单位的选手评分，该选手的评分由其他评委给出，并公布回避人数。",
            "A judge does not mark a contestant of the judge's own unit; the others do, and it is shown how many stood aside.",
        )
    return clause(
        "mask_own_unit",
        "评委给所有选手评分，包括本单位的选手。",
        "Judges mark every contestant, those of their own unit too.",
        aloud=False,
    )


def _missing(rules: Scenario) -> Clause:
    if rules.missing == "wait":
        return clause(
            "missing",
            "每位评委都提交评分，或者记为缺席，才能结束评分。",
            "The marking is closed only when each judge's mark is in, or that judge is excused.",
        )
    return clause(
        "missing",
        "到结束评分时没有提交的评委不计入，以已经提交的评分计算。",
        "A judge whose mark is not in when the marking is closed is left out: the marks that are in count.",
    )


def line_entry(line: SheetLine, way: Wording = FIGURES) -> Text:
    """What a judge enters on a line of the sheet."""
    top_zh, top_en = way.zh_points(line.max_cp), way.en_points(line.max_cp)
    match line.kind:
        case "deduct":
            zh, en = f"满分{top_zh}，填应扣分数", f"{top_en}, less the points entered"
        case "faults":
            zh = f"满分{top_zh}，每处差错扣{way.zh_points(line.each_cp)}，扣完为止"
            en = f"{top_en}, less {way.en_points(line.each_cp)} a fault, never below nothing"
        case "hit":
            zh, en = f"答到得{top_zh}，未答到不得分", f"{top_en} if the point was made, else nothing"
        case _:
            zh, en = f"0 至{top_zh}", f"0 to {top_en}"
    return Text(tidy(zh), sentence(en))

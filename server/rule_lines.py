"""The rules of a round as sentences for the screen: made from the settings, so that what is shown is what is scored."""

from __future__ import annotations

from .game.rulebook import BuzzIn, Compulsory, Risk, RoundRules, Scenario, Text


def plain(points_cp: int) -> str:
    """Centipoints as people write points: "10", "−10", "87.67"."""
    text = f"{abs(points_cp) / 100:g}" if points_cp % 100 == 0 else f"{abs(points_cp) / 100:.2f}"
    return f"−{text}" if points_cp < 0 else text


def signed(points_cp: int) -> str:
    """As `plain`, with a plus for gains: "+10"."""
    return f"+{plain(points_cp)}" if points_cp > 0 else plain(points_cp)


def _change(points_cp: int) -> tuple[str, str]:
    if points_cp == 0:
        return "不得分", "nothing"
    amount = plain(abs(points_cp))
    return (f"加 {amount} 分", f"+{amount}") if points_cp > 0 else (f"扣 {amount} 分", f"−{amount}")


def rule_lines(rules: RoundRules, seats: int) -> list[Text]:
    """Two to four short sentences a round, in both languages."""
    match rules:
        case Compulsory():
            right, wrong = _change(rules.right_cp), _change(rules.wrong_cp)
            return [
                Text(
                    f"按席位顺序轮流作答，每位选手 {rules.turns} 题",
                    f"In seat order, {rules.turns} question{'s' if rules.turns > 1 else ''} each",
                ),
                Text(f"每题限时 {rules.seconds} 秒", f"{rules.seconds} seconds a question"),
                Text(f"答对{right[0]}，答错或超时{wrong[0]}", f"Right {right[1]}, wrong or late {wrong[1]}"),
            ]
        case Scenario():
            top = plain(rules.max_cp)
            lines = [
                Text(
                    "每位选手一个情景，现场应对模拟客户", "One scenario each, live with a simulated customer"
                ),
                Text(
                    f"限时 {rules.seconds} 秒，满分 {top} 分，由评委评分",
                    f"{rules.seconds} seconds, up to {top} points by the judges",
                ),
            ]
            if rules.drop:
                count = f"各 {rules.drop} 个" if rules.drop > 1 else ""
                lines.append(
                    Text(
                        f"去掉最高分和最低分{count}，取平均，保留两位小数",
                        "Highest and lowest dropped; the mean to two decimals",
                    )
                )
            return lines
        case BuzzIn():
            right, wrong, foul = _change(rules.right_cp), _change(rules.wrong_cp), _change(rules.foul_cp)
            return [
                Text(
                    f"共 {rules.questions} 题，听到「开放抢答」后按键",
                    f"{rules.questions} questions; press after the open",
                ),
                Text(
                    f"提前按键为犯规，{foul[0]}，本题不得再抢",
                    f"Pressing early is a foul: {foul[1]}, out of the question",
                ),
                Text(
                    f"{rules.begin_seconds} 秒内开始作答，{rules.finish_seconds} 秒内答完",
                    f"Begin within {rules.begin_seconds} s, finish within {rules.finish_seconds} s",
                ),
                Text(f"答对{right[0]}，答错或超时{wrong[0]}", f"Right {right[1]}, wrong or late {wrong[1]}"),
            ]
        case Risk():
            values = "、".join(plain(value) for value in rules.values_cp)
            lines = [
                Text("按当前得分从低到高依次选题", "From the lowest score to the highest"),
                Text(
                    f"自选 {values} 分题，限时 {rules.seconds} 秒",
                    f"Choose {values.replace('、', ', ')} points; {rules.seconds} seconds",
                ),
                Text("答对加所选分值，答错或超时扣所选分值", "Right gains the value; wrong or late loses it"),
            ]
            if rules.may_decline:
                lines.append(Text("可以放弃，不加分也不扣分", "May be declined at no cost"))
            return lines

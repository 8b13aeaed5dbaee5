"""What is printed when a show starts: the addresses, and once the passphrases."""

from __future__ import annotations

from .addresses import lan_address
from .game.state import State
from .log.show_log import log_path
from .show_start import Show
from .tls.start import scheme, trust_lines

REHEARSAL = (
    "",
    "  ==============================================================",
    "  ==  彩 排 · R E H E A R S A L                                ==",
    "  ==  不计入正式成绩 · nothing of this counts for the show     ==",
    "  ==============================================================",
)
WHO = {
    "host": "主持人 host",
    "operator": "操作员 operator",
    "judge": "{0} 号评委 judge {0}",
    "seat": "{0} 号席 seat {0}",
}


def announcement(show: Show, state: State, made: dict[str, str]) -> str:
    """For the operator, on standard output.

    Args:
        show: with the port of the audience's pages settled.
        made: account → passphrase, of those that were made now.
    """
    title = state.rulebook.title
    everywhere = show.address in ("0.0.0.0", "::")
    names = [lan_address(), "localhost"] if everywhere else [show.address]
    lines = [f"\n先声 FirstPress · {title.zh.replace(chr(10), '')}\n"]
    if show.rehearsal:
        log = log_path(show.data, True)
        lines = [*REHEARSAL, f"  记录 log: {log}（--new 重新开始 · --new begins anew）", *lines]
    for name in dict.fromkeys(names):
        base = f"{scheme(show)}://{name}:{show.port}"
        lines.append(f"  主持人控制台 console    {base}/host")
        lines.append(f"  大屏幕 projector        {base}/projector")
        lines.append(f"  评委 judges             {base}/judge")
        if show.audience_port:
            lines.append(f"  观众手机 audience       {scheme(show)}://{name}:{show.audience_port}/audience")
        if state.rulebook.web_buzzers:
            lines.append(f"  选手网页抢答 web buzzer {base}/desk")
        lines.append("")
    lines += trust_lines(show)
    if made:
        lines.append("  口令（只显示这一次，请抄下） · Passphrases, shown this once:")
        for account, passphrase in made.items():
            role, _, number = account.partition("-")
            lines.append(f"    {WHO[role].format(number):<18}  {passphrase}")
        lines.append("")
    lines.append("  Ctrl-C 结束 · ends the show; what happened is kept and goes on at the next start.\n")
    return "\n".join(lines)

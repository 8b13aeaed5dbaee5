"""What sealing, drawing and checking a paper say to people."""

from __future__ import annotations

# code -> (what is wrong zh, how to mend zh, what is wrong en, how to mend en)
WORDS: dict[str, tuple[str, str, str, str]] = {
    "passphrase_short": (
        "口令太短",
        "至少 {allowed} 个字符，例如几个不相干的词",
        "the passphrase is too short",
        "at least {allowed} characters, for example some words that have nothing to do with each other",
    ),
    "passphrase_missing": (
        "没有给出试卷口令",
        "在终端里输入，或用 --passphrase-file、--paper-passphrase-file 指定文件，或设置环境变量 FIRSTPRESS_PAPER_PASSPHRASE",
        "the passphrase of the paper was not given",
        "type it at the terminal, name a file with --passphrase-file (serve: --paper-passphrase-file), "
        "or set FIRSTPRESS_PAPER_PASSPHRASE",
    ),
    "passphrase_differs": (
        "两次输入的口令不同",
        "请再输一遍",
        "the two passphrases differ",
        "type it again",
    ),
    "passphrase_wrong": (
        "试卷口令不对，或文件已损坏",
        "请核对口令；口令丢失则试卷无法打开",
        "the passphrase of the paper is wrong, or the file is damaged",
        "check the passphrase; without it nobody can open the paper",
    ),
    "sealed_missing": (
        "没有封存的试卷",
        "请先运行 run.py bank seal",
        "there is no sealed paper",
        "run: run.py bank seal",
    ),
    "sealed_there": (
        "已有一份封存的试卷",
        "请先用 run.py bank unseal 解封，或换一个数据文件夹",
        "there is a sealed paper already",
        "open it with run.py bank unseal, or use another data folder",
    ),
    "sealed_damaged": (
        "封存的试卷文件已损坏",
        "请换用备份",
        "the sealed paper is damaged",
        "restore the file from a copy",
    ),
    "sealed_other": (
        "数据文件夹里的封存试卷不属于这场比赛",
        "请放回建立这场比赛时的 paper.sealed，或用 --new 重新开始",
        "the sealed paper in the data folder is not the one of this contest",
        "put back the paper.sealed that the contest was made with, or begin anew with --new",
    ),
    "paper_locked": (
        "试卷是封存的，没有口令打不开",
        "请用 run.py serve 启动并输入试卷口令",
        "the paper is sealed and was not opened",
        "start with run.py serve and give the passphrase of the paper",
    ),
    "words_unsealed": (
        "没有封存的试卷，公开词不起作用",
        "请先运行 run.py bank seal，或去掉 --words",
        "public words are for a sealed paper, and there is none",
        "run: run.py bank seal; or leave --words out",
    ),
    "words_late": (
        "这场比赛已经抽过题，公开词与当时的不同",
        "去掉 --words 接着比赛，或加 --new 重新开始",
        "this contest was drawn already, with other public words",
        "leave --words out to go on, or begin anew with --new",
    ),
    "sealed_rules": (
        "试卷是按另一份抽题方案封存的",
        "请使用封存时的比赛文件，或解封后重新封存",
        "the paper was sealed for another blueprint",
        "use the contest file that it was sealed with, or unseal and seal anew",
    ),
    "seal_nothing": (
        "没有可以封存的题目",
        "题目须为正式题、已审核、未用过；草稿用 --allow-drafts",
        "there is no question to seal",
        "questions must be of the show's pool, reviewed and not used before; drafts with --allow-drafts",
    ),
    "not_over": (
        "比赛成绩还没有确认",
        "请在比赛结束、成绩确认后公布，或加 --anyway",
        "the result of the contest is not confirmed yet",
        "publish after the show, or add --anyway",
    ),
    "draw_format": (
        "不是抽题公证文件",
        "请使用 paper-public.json 和 paper-revealed.json",
        "not a file of the draw",
        "use paper-public.json and paper-revealed.json",
    ),
    "draw_method": (
        "抽题方法不认识",
        "请使用相同或更新的版本",
        "unknown method of the draw",
        "use the same release or a newer one",
    ),
    "draw_unreadable": (
        "文件内容读不懂",
        "请重新取得原文件",
        "what the file holds cannot be read",
        "fetch the file again",
    ),
    "draw_pool_hash": (
        "题池与事先公布的校验值不符",
        "题池在封存之后被改过",
        "the pool does not have the hash that was published",
        "it was changed after it was sealed",
    ),
    "draw_seed_hash": (
        "种子与事先公布的校验值不符",
        "种子被换过",
        "the seed does not have the hash that was published",
        "it is another seed",
    ),
    "draw_short": (
        "按题池抽不出这份试卷",
        "题池或抽题方案被改过",
        "the pool cannot give such a paper",
        "pool or blueprint were changed",
    ),
    "draw_drawn": (
        "重新抽出的题与公布的不同",
        "有题目不是抽出来的，或公开词不对",
        "the draw gives other questions than those published",
        "a question was not drawn, or the public words are others",
    ),
    "draw_content": (
        "题目内容与封存时的承诺值不符",
        "这道题在封存之后被改过",
        "a question is not the one that was committed to",
        "it was changed after it was sealed",
    ),
    "draw_entry": (
        "题目的环节、等级、领域等与题池清单不符",
        "清单在封存时就写错了",
        "round, level, area or the like of a question are not those in the manifest",
        "the manifest was wrong when it was sealed",
    ),
    "draw_missing": (
        "抽出的题没有公布内容",
        "请公布全部抽出的题",
        "a drawn question was not published",
        "publish every drawn question",
    ),
    "draw_log": (
        "比赛记录里的题与抽出的题不同",
        "比赛用的不是这次抽题的结果",
        "the log of the contest has other questions than were drawn",
        "the contest was not played with this draw",
    ),
}

"""What the authors' pages ask of the bank, as JSON: thin; the rules stand in authors/desk.py."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, g, request, send_from_directory

from question_bank import media_files, messages
from question_bank.bank import Bank, BankError
from question_bank.blueprint import Plan
from question_bank.question import (
    FORMS,
    LANGUAGES,
    LEVELS,
    MAX_CHARACTERS,
    MAX_KEY_POINTS,
    MAX_TAGS,
    MAX_VARIANTS,
    OPTION_LETTERS,
    POOLS,
    RISK_VALUES,
    ROUNDS,
    STATUSES,
    TRUE_FALSE_OPTIONS,
    InvalidQuestion,
)

from ..game.rulebook import Rulebook
from ..media import TYPES, media_file
from . import figures as bank_figures
from .desk import Answer, Desk, Refusal, summary
from .drafts import BadDraft, problems_of, read_draft, version_of
from .notes import Notes
from .preview import preview

BANK_FILE = "bank.db"
PER_PAGE = 50
MOST_WAITING = 50
LONGEST_QUERY = 100
FILTERS = ("round", "form", "area", "level", "status", "tag", "language", "pool", "author")
LARGEST_UPLOAD = max(media_files.MOST_BYTES.values())
_CHUNK = 256 * 1024
META = {
    "rounds": list(ROUNDS),
    "forms": list(FORMS),
    "levels": list(LEVELS),
    "statuses": list(STATUSES),
    "languages": list(LANGUAGES),
    "pools": list(POOLS),
    "risk_values": list(RISK_VALUES),
    "letters": OPTION_LETTERS,
    "true_false": list(TRUE_FALSE_OPTIONS),
    "most": {**MAX_CHARACTERS, "key_points": MAX_KEY_POINTS, "tags": MAX_TAGS, "variants": MAX_VARIANTS},
    "media": {kind: most // media_files.MB for kind, most in media_files.MOST_BYTES.items()},
}
"""What a question may be made of, so that the pages keep no list of their own."""


def wall_time() -> str:
    """Now, as ISO 8601 with its zone, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def add_api(
    app: Flask,
    data: Path,
    contest: Callable[[], tuple[Rulebook, Plan] | None],
    now: Callable[[], str] = wall_time,
) -> None:
    """Add /api/bank/… and /media/…. `g.author` must be the signed-in author before any of these run."""
    path = data / BANK_FILE

    @contextmanager
    def bank() -> Iterator[Bank]:
        with Bank(path) as opened:
            yield opened

    @contextmanager
    def desk() -> Iterator[Desk]:
        with bank() as opened:
            yield Desk(data, opened, g.author, now)

    def sent() -> dict[str, Any]:
        try:
            body = request.get_json(silent=True)
        except RecursionError:
            body = None  # nested deeper than any question
        if not isinstance(body, dict):
            raise BadDraft("send one JSON object")
        return body

    _say_errors(app)

    @app.get("/api/bank/meta")
    def meta() -> dict[str, Any]:
        with bank():  # made where there is none yet, so that the first author may begin
            pass
        return {**META, "author": g.author, "token": g.token, **bank_figures.choices(path)}

    @app.get("/api/bank/questions")
    def questions() -> dict[str, Any]:
        chosen = {name: request.args[name] for name in FILTERS if request.args.get(name)}
        page = max(
            1,
            min(
                int(request.args.get("page", "1")) if request.args.get("page", "1").isdecimal() else 1,
                100_000,
            ),
        )
        text = request.args.get("text", "").strip()[:LONGEST_QUERY]
        with bank() as opened:
            found, total = opened.search(text, **chosen, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        pages = max(1, -(-total // PER_PAGE))
        return {
            "total": total,
            "page": page,
            "pages": pages,
            "per_page": PER_PAGE,
            "rows": [summary(one) for one in found],
        }

    @app.post("/api/bank/questions")
    def create() -> Answer:
        with desk() as at:
            return at.create(sent().get("question"))

    @app.get("/api/bank/questions/<question_id>")
    def question(question_id: str) -> Answer:
        with desk() as at:
            return at.open(question_id)

    @app.put("/api/bank/questions/<question_id>")
    def save(question_id: str) -> Answer:
        body = sent()
        with desk() as at:
            return at.save(question_id, body.get("question"), body.get("version"))

    @app.post("/api/bank/questions/<question_id>/review")
    def review(question_id: str) -> Answer:
        body = sent()
        with desk() as at:
            return at.review(question_id, body.get("decision"), body.get("note"), body.get("version"))

    @app.post("/api/bank/questions/<question_id>/status")
    def status(question_id: str) -> Answer:
        body = sent()
        with desk() as at:
            return at.retire(question_id, body.get("to"), body.get("version"))

    @app.post("/api/bank/preview")
    def look() -> dict[str, Any]:
        body = sent()
        draft = read_draft(body.get("question"))
        return {"view": preview(draft, revealed=body.get("revealed") is True), "problems": problems_of(draft)}

    @app.get("/api/bank/review")
    def queue() -> dict[str, Any]:
        newest = Notes(data).newest()
        with bank() as opened:
            # Sent back, and not changed since: that waits for its author, not for a reviewer.
            back = {
                one
                for one, note in newest.items()
                if (q := opened.get(one)) is not None and version_of(q) == note.version
            }
            ids, total, own = bank_figures.waiting(path, g.author, back, MOST_WAITING)
            rows = [summary(q) for one in ids if (q := opened.get(one)) is not None]
            mine = [
                {**summary(q), "note": newest[one].text, "by": newest[one].author}
                for one in sorted(back)
                if (q := opened.get(one)) is not None and q.author == g.author and q.status == "draft"
            ]
        return {"rows": rows, "total": total, "own": own, "returned": mine}

    @app.get("/api/bank/statistics")
    def statistics() -> dict[str, Any]:
        kind = request.args.get("round")
        with bank():
            pass
        book, plan = contest() or (None, None)
        found = bank_figures.figures(path, book, plan, round_=kind if kind in ROUNDS else None)
        title = {"zh": book.title.zh, "en": book.title.en} if book else None
        return {**found, "contest": title}

    @app.post("/api/bank/media")
    def upload() -> Answer:
        return _upload(data), 201

    @app.get("/media/<name>")
    def media(name: str) -> Response:
        file = media_file(data, name)
        if file is None or media_files.NAME.fullmatch(name) is None:
            abort(404)
        response = send_from_directory(
            file.parent, file.name, mimetype=TYPES[file.suffix[1:]], conditional=True
        )
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _upload(data: Path) -> dict[str, Any]:
    """Take one file into the data folder, told by its first bytes and bounded; {"name", "kind", "bytes"}."""
    declared = request.content_length
    if declared is not None and declared > LARGEST_UPLOAD:
        raise _too_large()
    request.max_content_length = LARGEST_UPLOAD + 1
    (data / media_files.FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".upload-", dir=data / media_files.FOLDER) as folder:
        arriving, size = Path(folder) / "file", 0
        with arriving.open("wb") as stream:
            while part := request.stream.read(_CHUNK):
                size += len(part)
                if size > LARGEST_UPLOAD:
                    raise _too_large()
                stream.write(part)
        file = media_files.media_file(Path(folder), arriving.name)
        media_files.keep(data, file)
    return {"name": file.name, "kind": file.kind, "bytes": size}


def _too_large() -> media_files.BadMedia:
    return media_files.BadMedia("media_size", "", f"{LARGEST_UPLOAD // media_files.MB} MB")


def _say_errors(app: Flask) -> None:
    """Every way it can fail, as one sentence in both languages; never with a question's text in it."""

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> Answer:
        return error.answer

    @app.errorhandler(BadDraft)
    def malformed(error: BadDraft) -> Answer:
        return {"error": {"zh": f"请求格式不对：{error}", "en": f"Malformed request: {error}"}}, 400

    @app.errorhandler(media_files.BadMedia)
    def bad_media(error: media_files.BadMedia) -> Answer:
        return {"error": _sentences(error)}, 422

    @app.errorhandler(InvalidQuestion)
    def invalid(error: InvalidQuestion) -> Answer:
        codes = ", ".join(sorted({f"{problem.field} {problem.code}" for problem in error.problems}))
        return {"error": {"zh": f"题目不合格：{codes}", "en": f"The question is not sound: {codes}"}}, 422

    @app.errorhandler(BankError)
    def bad_bank(error: BankError) -> Answer:
        return {"error": {"zh": error.text("zh"), "en": error.text("en")}}, 503

    @app.errorhandler(sqlite3.Error)
    @app.errorhandler(OSError)
    def no_disk(error: Exception) -> Answer:
        app.logger.error("bank pages: %s: %s", type(error).__name__, error)
        text = {
            "zh": "题库现在无法读写，请稍后再试",
            "en": "The bank cannot be read or written now; try again in a moment",
        }
        return {"error": text}, 503


def _sentences(error: media_files.BadMedia) -> dict[str, str]:
    allowed = getattr(error, "allowed", "")
    return {
        language: between.join(
            (messages.what(error.code, allowed, language), messages.mend(error.code, allowed, language))
        )
        for language, between in (("zh", "；"), ("en", "; "))
    }

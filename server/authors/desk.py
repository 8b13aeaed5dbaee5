"""What an author may do with a question: write, change, approve, send back, retire. Every rule of four eyes stands here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from question_bank.bank import Bank, DuplicateQuestion
from question_bank.question import Problem, Question, prompt_key, to_dict
from question_bank.records import Use

from ..media import media_file
from .drafts import problems_of, read_draft, said, version_of
from .notes import LONGEST, Note, Notes

OF_THE_BANK = ("author", "reviewer", "status")
Answer = tuple[dict[str, Any], int]
"""What the page gets as JSON, and the HTTP status."""


class Refusal(Exception):
    """Something that is not allowed, said in both languages. `status`: of HTTP."""

    def __init__(self, zh: str, en: str, status: int = 409, **more: Any) -> None:
        self.answer: Answer = ({"error": {"zh": zh, "en": en}, **more}, status)
        super().__init__(en)


@dataclass(frozen=True, slots=True)
class Desk:
    """One author at work. now: wall time as ISO 8601, for notes."""

    data: Path
    bank: Bank
    author: str
    now: Callable[[], str]

    def open(self, question_id: str) -> Answer:
        """A question with all that stands around it. A sealed one tells nothing but that it is sealed."""
        question = self._existing(question_id)
        return self._shown(question), 200

    def create(self, sent: Any) -> Answer:
        """A new draft: 201 with it; 200 with {"problems": what is wrong, and where}, and nothing is kept."""
        draft = replace(read_draft(sent), author=self.author)
        with self.bank.transaction():
            problems = self._wrong(draft, None)
            if self.bank.get(draft.id) is not None:
                problems.append(said(Problem("id", "id_taken", draft.id)))
            if problems:
                return {"problems": problems}, 200
            self._add(draft)
        self.bank.log_access(self.author, "question_created", draft.id)
        return self._shown(draft), 201

    def save(self, question_id: str, sent: Any, version: Any) -> Answer:
        """A question changed: whoever changes its content is its author from then on, and it is a draft again.

        200 with {"problems": …} where something is wrong, with {"conflict": the question as it stands} when somebody
        else has changed it meanwhile: both are no errors but part of writing together, and nothing is kept.
        """
        draft = read_draft(sent)
        with self.bank.transaction():
            current = self._unlocked(question_id)
            self._same(current, version)
            draft = replace(draft, id=question_id, **{name: getattr(current, name) for name in OF_THE_BANK})
            if draft == current:
                return {**self._shown(current), "unchanged": True}, 200
            draft = replace(draft, author=self.author, reviewer="", status="draft")
            if problems := self._wrong(draft, current):
                return {"problems": problems}, 200
            self._replace(draft)
        self.bank.log_access(self.author, "question_changed", question_id)
        return self._shown(draft), 200

    def review(self, question_id: str, decision: Any, note: Any, version: Any) -> Answer:
        """Approve somebody else's draft, or send it back with a reason."""
        if decision not in ("approve", "return"):
            raise Refusal("请选择通过或退回", "approve or return", 400)
        text = str(note or "").strip()
        if decision == "return" and not 0 < len(text) <= LONGEST:
            raise Refusal(
                f"退回时请写明理由，最多 {LONGEST} 字", f"Say why, in at most {LONGEST} characters", 422
            )
        with self.bank.transaction():
            current = self._unlocked(question_id)
            if self._is_own(current):
                raise Refusal(
                    "不能审核自己的题目，须由另一人审核",
                    "You cannot review your own question; somebody else must",
                    403,
                )
            self._same(current, version)
            if current.status not in ("draft", "reviewed") or (decision, current.status) == (
                "approve",
                "reviewed",
            ):
                raise Refusal("这道题不在等待审核", "This question is not waiting for a review")
            if decision == "approve":
                changed = replace(current, status="reviewed", reviewer=self.author)
                if problems := self._wrong(changed, current):
                    return {"problems": problems}, 200
            else:
                changed = replace(current, status="draft", reviewer="")
            if changed != current:
                self._replace(changed)
        notes = Notes(self.data)
        if decision == "approve":
            notes.forget(question_id)
        else:
            notes.add(Note(question_id, self.author, text, version_of(changed), self.now()))
        self.bank.log_access(
            self.author, f"question_{'approved' if decision == 'approve' else 'returned'}", question_id
        )
        return self._shown(changed), 200

    def retire(self, question_id: str, to: Any, version: Any) -> Answer:
        """Put a question away for good, or take it back as a draft."""
        if to not in ("retired", "draft"):
            raise Refusal("只能停用，或恢复为草稿", "Retire it, or make it a draft again", 400)
        with self.bank.transaction():
            current = self._unlocked(question_id)
            self._same(current, version)
            # Without a reviewer: what comes back has to be read by four eyes again.
            changed = replace(current, status=to, reviewer="")
            if changed != current:
                self._replace(changed)
        self.bank.log_access(self.author, f"question_{to}", question_id)
        return self._shown(changed), 200

    def _existing(self, question_id: str) -> Question:
        question = self.bank.get(question_id)
        if question is None:
            raise Refusal("题库中没有这道题", "There is no such question", 404)
        return question

    def _unlocked(self, question_id: str) -> Question:
        question = self._existing(question_id)
        if question.status == "sealed":
            raise Refusal(
                "这道题已封存入卷，不能改动", "This question is sealed for a paper and cannot be changed"
            )
        if self._was_shown(question):
            raise Refusal(
                "这道题已在比赛中用过，不能改动；可另建一题",
                "This question was used in a show and cannot be changed; write another",
            )
        return question

    def _same(self, current: Question, version: Any) -> None:
        if version_of(current) != version:
            raise Refusal(
                f"您打开之后，{current.author or '别人'}改动了这道题；没有保存",
                f"{current.author or 'Somebody'} changed this question after you opened it; nothing was saved",
                200,
                conflict=self._shown(current),
            )

    def _wrong(self, question: Question, before: Question | None) -> list[dict[str, str]]:
        """What keeps a question from being kept."""
        problems = problems_of(question)
        twin = self.bank.with_prompt(question.prompt) if question.prompt else None
        if twin is not None and (before is None or twin != before.id):
            problems.append(said(Problem("prompt", "prompt_taken", "", twin)))
        named = {problem["field"] for problem in problems}
        if question.media and "media" not in named and media_file(self.data, question.media) is None:
            problems.append(said(Problem("media", "media_missing", question.media)))
        return problems

    def _was_shown(self, question: Question) -> bool:
        # Drawn for a show is used, whether or not somebody has set its status yet.
        return question.status == "used" or any(use.kind == "show" for use in self.bank.uses(question.id))

    def _is_own(self, question: Question) -> bool:
        # As the bank compares them: another case or width is no other person.
        return prompt_key(question.author) == prompt_key(self.author)

    def _add(self, question: Question) -> None:
        try:
            self.bank.add(question)
        except DuplicateQuestion as error:  # of another process, in the moment since it was looked for
            raise Refusal(f"与 {error.with_id} 重复", f"The same as {error.with_id}") from error

    def _replace(self, question: Question) -> None:
        self.bank.replace(question)

    def _shown(self, question: Question) -> dict[str, Any]:
        """A question for its page: {"question", "version", "locked", "own", "notes", "uses"}."""
        around = {
            "version": version_of(question),
            "locked": question.status == "sealed" or self._was_shown(question),
            "own": self._is_own(question),
        }
        if question.status == "sealed":
            return {**around, "question": summary(question), "notes": [], "uses": []}
        version = around["version"]
        return {
            **around,
            "question": to_dict(question),
            "notes": [
                {"author": note.author, "text": note.text, "at": note.at, "done": note.version != version}
                for note in Notes(self.data).of(question.id)
            ],
            "uses": [use_to_json(use) for use in self.bank.uses(question.id)],
        }


def summary(question: Question) -> dict[str, Any]:
    """A question as a line of the list; of a sealed one nothing that the show will ask."""
    names = (
        "id",
        "round",
        "form",
        "value",
        "area",
        "level",
        "status",
        "language",
        "pool",
        "author",
        "reviewer",
    )
    line = {name: getattr(question, name) for name in names}
    sealed = question.status == "sealed"
    return {
        **line,
        "prompt": "" if sealed else question.prompt,
        "tags": [] if sealed else list(question.tags),
        "media": "" if sealed else question.media,
    }


def use_to_json(use: Use) -> dict[str, Any]:
    """One use of a question: {"contest", "kind", "at", "result"}."""
    return {"contest": use.contest, "kind": use.kind, "at": use.at, "result": use.result}

"""What is wrong with a bank or a sealed paper, in words. Apart from the bank itself, which takes long to load."""

from __future__ import annotations

from question_bank import messages


class BankError(Exception):
    """The bank file cannot be used. `text` says why and what to do, in Chinese or English."""

    def __init__(self, code: str, path: str = "", found: str = "", allowed: str = "") -> None:
        self.code, self.path, self.found, self.allowed = code, path, found, allowed
        super().__init__(self.text("en"))

    def text(self, language: str = "zh") -> str:
        """One line for people."""
        wrong = messages.what(self.code, self.allowed, language)
        mend = messages.mend(self.code, self.allowed, language)
        if language == "zh":
            return f"{self.path}：{wrong}" + (f"（{self.found}）" if self.found else "") + f"；{mend}"
        return f"{self.path}: {wrong}" + (f" ({self.found})" if self.found else "") + f"; {mend}"

"""The sample bank that ships with the system: the CSV files beside this one, read by the usual importer."""

from __future__ import annotations

from pathlib import Path

from question_bank.bank import Bank
from question_bank.importers import ImportReport, import_files

FOLDER = Path(__file__).resolve().parent


def paths() -> list[Path]:
    """The sample files, by name."""
    return sorted(FOLDER.glob("*.csv"))


def load(bank: Bank) -> ImportReport:
    """Import every sample question; a second call finds them unchanged. The report names any clash."""
    return import_files(bank, paths())

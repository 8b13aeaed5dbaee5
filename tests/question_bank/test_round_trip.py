"""What leaves as our JSON, XLSX, CSV or ZIP comes back as it was: identities, for whatever a question may hold."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from question_bank import samples
from question_bank.bank import Bank
from question_bank.exporters import csv_text, export_csv, export_json, export_xlsx, export_zip
from question_bank.importers import import_file
from question_bank.intake_files import Source, messages_of
from question_bank.media_files import FOLDER, keep, media_file
from question_bank.question import FORMS, Question, from_dict, to_dict
from tests.question_bank.makers import scenario, single
from tests.question_bank.strategies import AWKWARD, questions

Export = Callable[[Iterable[Question], Path, Path], int]
SOUND = Path(__file__).parents[2] / "question_bank" / "samples" / "sound"
EXPORTS = [("o.csv", export_csv), ("o.xlsx", export_xlsx), ("o.json", export_json), ("o.zip", export_zip)]
FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")
quick = settings(database=None, max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bank that has the sound which `sound_name` names."""
    made = tmp_path_factory.mktemp("trip")
    keep(made, media_file(SOUND, "listening-01.ogg"))
    return made


SOUND_NAME = media_file(SOUND, "listening-01.ogg").name
some = st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True).flatmap(
    lambda numbers: st.tuples(*(questions(FORMS, number, SOUND_NAME) for number in numbers))
)


def back(path: Path) -> list[Question]:
    """The questions of a file, read as an import reads them but in this process."""
    unpack = Path(tempfile.mkdtemp(dir=path.parent))
    found = []
    for message in messages_of(Source(path, path.name, None, {}, unpack)):
        assert message["t"] in ("row", "rows"), message
        if message["t"] == "row":
            question = dict(message["question"])
            if message["media"] is not None:
                written, unpacked, _ = message["media"]
                file = media_file(unpack, unpacked) if unpacked else media_file(path.parent, written)
                question["media"] = file.name
            found.append(from_dict(question))
    return found


@quick
@given(some)
def test_our_json_is_an_identity(folder: Path, asked: tuple[Question, ...]) -> None:
    assert export_json(asked, folder / "out.json", folder) == len(asked)
    assert back(folder / "out.json") == list(asked)


@settings(quick, max_examples=15)
@given(some)
def test_xlsx_is_an_identity_and_holds_no_formula(folder: Path, asked: tuple[Question, ...]) -> None:
    path = folder / "out.xlsx"
    assert export_xlsx(asked, path, folder) == len(asked)
    assert back(path) == list(asked)
    with contextlib.closing(openpyxl.load_workbook(path, read_only=True)) as book:
        for row in book.active.iter_rows():
            assert not [c.value for c in row if c.value is not None and FORMULA.match(str(c.value))]
            assert {cell.data_type for cell in row if cell.value is not None} <= {"s"}


@quick
@given(some)
def test_csv_is_an_identity_and_holds_no_formula(folder: Path, asked: tuple[Question, ...]) -> None:
    assert export_csv(asked, folder / "out.csv", folder) == len(asked)
    assert back(folder / "out.csv") == list(asked)
    assert not [
        cell for row in csv.reader(io.StringIO(csv_text(asked))) for cell in row if FORMULA.match(cell)
    ]


@settings(quick, max_examples=8)
@given(some)
def test_zip_is_an_identity_and_brings_its_media(folder: Path, asked: tuple[Question, ...]) -> None:
    path = folder / "far" / "out.zip"
    path.parent.mkdir(exist_ok=True)
    assert export_zip(asked, path, folder) == len(asked)
    assert back(path) == list(asked)
    assert not (path.parent / FOLDER).exists()


@quick
@given(some)
def test_a_question_as_plain_data_is_an_identity(asked: tuple[Question, ...]) -> None:
    assert [from_dict(to_dict(question)) for question in asked] == list(asked)


@pytest.mark.parametrize(("name", "export"), EXPORTS)
def test_text_that_breaks_other_sheets_comes_back(folder: Path, name: str, export: Export) -> None:
    asked = []
    for number, text in enumerate(AWKWARD):
        words = {"answer": text, "variants": (f"{text}二",), "area": text, "source": text}
        asked.append(single(number, form="fill_in", options=(), prompt=f"{text}{number}？", **words))
        asked.append(scenario(number + 100, brief=text, explanation=f"{text}\n\n{text}", author=text))
    export(asked, folder / name, folder)
    assert back(folder / name) == asked


@pytest.mark.parametrize(("name", "export"), EXPORTS)
def test_the_sample_bank_comes_back_through_the_real_import(
    tmp_path: Path, sample_bank: Path, name: str, export: Export
) -> None:
    with Bank(sample_bank) as bank:
        export(bank.iterate(), tmp_path / name, sample_bank.parent)
        known = bank.all()
    (tmp_path / "new").mkdir()
    with Bank(tmp_path / "new" / "bank.db") as other:
        report = import_file(other, tmp_path / name, near=False)
        assert (report.errors, report.notes, report.added) == ((), (), len(known))
        assert other.all() == known


@pytest.fixture(scope="module")
def sample_bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("samples") / "bank.db"
    with Bank(path) as bank:
        assert samples.load(bank).ok
    return path

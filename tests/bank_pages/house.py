"""A small bank with two authors, and its pages served from a thread: what the tests of the authors' pages share."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from question_bank.bank import Bank
from question_bank.blueprint import Plan
from question_bank.question import KeyPoint, Question
from server.authors import accounts as bank_accounts
from server.authors.accounts import Accounts
from server.authors.app import BankServer, make_bank_app
from server.contest.file import PRESET, read_contest

FIRST, SECOND = "林晓雯", "陈思远"
HOST = "127.0.0.1:8100"
ORIGIN = {"Origin": f"http://{HOST}", "Host": HOST}
SINGLE = Question(
    id="q-roam",
    round="compulsory",
    form="single",
    prompt="客户来电表示，在境外旅行时手机无法上网，但可以正常拨打电话。作为客服代表，首先应当核实下列哪一项？",
    options=(
        "客户是否已经开通国际数据漫游",
        "客户的手机是否已经欠费停机",
        "客户所在地是否有信号覆盖",
        "客户的手机是否支持双卡",
    ),
    answer="A",
    key_points=(),
    explanation="能打电话说明有信号也没有停机，先查数据漫游。",
    value=None,
    area="国际及港澳台业务",
    level="中级",
    source="话务服务教材：国际漫游",
    tags=("漫游",),
    time_s=30,
    author=FIRST,
)
SCENARIO = replace(
    SINGLE,
    id="q-angry",
    round="scenario",
    form="scenario",
    prompt="一位客户怒气冲冲地来电投诉：预约宽带装机，两次都没有人上门。请现场接听并处理。",
    options=(),
    answer="",
    key_points=(KeyPoint("让客户把话说完，不打断", 800), KeyPoint("明确致歉，约定上门时段", 1200)),
    brief="您扮演赵先生，三十五岁，请了两次假在家白等。",
    explanation="先认错，再给一个能兑现的约定。",
    source="投诉处理教材",
    area="投诉处理",
    level="高级",
    tags=("投诉", "装机"),
    time_s=240,
)
REVIEWED = replace(
    SINGLE,
    id="q-done",
    round="buzz_in",
    form="true_false",
    prompt="普通话水平测试的等级，划分为三级六等。",
    options=("对", "错"),
    answer="对",
    explanation="三级六等。",
    source="话务专业教材",
    area="话务专业知识",
    tags=(),
    author=SECOND,
    reviewer=FIRST,
    status="reviewed",
)
USED = replace(
    REVIEWED,
    id="q-used",
    prompt="接听电话应当在铃响几声之内？",
    form="oral",
    options=(),
    answer="三声",
    status="used",
)
SEALED = replace(
    REVIEWED, id="q-sealed", prompt="绝密题干，谁也不该看见。", form="oral", options=(), answer="绝密答案"
)


@dataclass(frozen=True, slots=True)
class House:
    """Where it is, and how its authors sign in."""

    data: Path
    passphrases: dict[str, str]
    base: str = ""

    def bank(self) -> Bank:
        return Bank(self.data / "bank.db")


def cheap_hashes(monkeypatch: Any) -> None:
    """Hashes that cost nothing: what they cost is no matter of these tests."""
    monkeypatch.setattr(bank_accounts, "HASHED_AS", "scrypt:1024:8:1")


def furnish(data: Path) -> House:
    """The bank and its two authors."""
    with Bank(data / "bank.db") as bank:
        bank.add_all([SINGLE, SCENARIO, REVIEWED, replace(USED, status="reviewed"), SEALED])
        bank.record_use([USED.id], "去年的决赛", "show", "2025-11-20T09:30:00+08:00")
        bank.record_result(USED.id, "去年的决赛", "right")
        bank.set_status(USED.id, "used")
        bank.hide([SEALED.id])
    accounts = Accounts(data)
    return House(data, {name: accounts.add(name) for name in (FIRST, SECOND)})


def app(house: House, **settings: Any) -> Any:
    """The application over that house, held against the shipped rules."""
    return make_bank_app(house.data, contest=lambda: (read_contest(PRESET), Plan()), **settings)


class Author:
    """An author at a browser that has no screen: signs in, and sends what the pages send."""

    def __init__(self, application: Any, house: House, name: str) -> None:
        self.client: FlaskClient = application.test_client()
        form = {"name": name, "passphrase": house.passphrases[name]}
        assert self.client.post("/login", data=form, headers=ORIGIN).status_code == 303
        self.token = self.get("/meta")["token"]

    def get(self, path: str) -> Any:
        """What the server answers, which has to be 200."""
        answer = self.client.get(f"/api/bank{path}", headers={"Host": HOST})
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def send(self, method: str, path: str, body: Any) -> tuple[Any, int]:
        """(JSON, status) of a request that changes something."""
        headers = {**ORIGIN, "X-Bank-Token": self.token}
        answer = self.client.open(f"/api/bank{path}", method=method, json=body, headers=headers)
        return answer.get_json(), answer.status_code


@contextmanager
def served(house: House) -> Iterator[House]:
    """The pages on a port of their own, until the block ends."""
    server = BankServer("127.0.0.1", 0, app(house))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield House(house.data, house.passphrases, f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

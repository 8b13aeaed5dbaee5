"""Who may give which command: the table walked through, command by command and role by role, on a stage without sockets."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server import codec, house
from server.page_commands import Commands, _command
from server.sign_in import desk as sign_in_desk
from server.sign_in import roles_doc
from server.sign_in.auth import Auth
from server.sign_in.desk import SignInDesk
from server.sign_in.identity import ROLES, Identity
from server.sign_in.roles import MAY, ONLY, may
from server.stage import Stage
from server.views.operator_view import operator_view
from tests.server.bare_stage import bare_stage, straight

WHO = [
    Identity("host"),
    Identity("operator"),
    Identity("judge", judge=1),
    Identity("judge", judge=2),
    Identity("desk", seat=1),
    Identity("desk"),
    Identity("author"),
    Identity("display"),
    Identity("audience"),
    Identity("standby"),
    Identity("projector"),
    Identity("nonsense"),
]
OTHERS = {"simulate_press", "submit_marks", "address_code"}
KNOWN = {*codec.HOST_COMMANDS, *house.COMMANDS, *sign_in_desk.COMMANDS, *OTHERS}
NOT_YOURS = 403


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with bare_stage(tmp_path_factory.mktemp("roles")) as made:
        yield made


@pytest.fixture
def commands(stage: Stage, tmp_path: Path) -> Commands:
    made = Commands(stage, house.House(stage, straight), lambda _: False, lambda: False)
    auth = Auth.at(tmp_path)
    auth.contest = lambda: stage.state.contest
    made.desk = SignInDesk(stage, auth, straight)
    made.reach = lambda _: {}
    return made


def run(commands: Commands, who: Identity, kind: Any, **fields: Any) -> int:
    return commands.run(who, {"id": uuid.uuid4().hex, "type": kind, **fields})[1]


def test_every_command_has_a_row_and_every_row_is_of_a_command() -> None:
    assert set(MAY) == KNOWN
    assert {role for row in MAY.values() for role in row} <= set(ROLES)
    assert all(role in MAY[kind] for role, kind in ONLY)
    assert all("host" in row for kind, row in MAY.items() if kind != "submit_marks")


def test_every_command_from_every_role(commands: Commands, stage: Stage) -> None:
    """Whoever may not give it gets 403 and changes nothing; whoever may is not refused for the role."""
    walked, chief = 0, stage.state.rulebook.chief
    assert chief is not None and chief.number == 1
    for kind in sorted(KNOWN):
        for who in WHO:
            seq, rim = stage.state.seq, stage.rim
            status = run(commands, who, kind)
            allowed = may(who, kind, {}, chief.number)
            if not allowed:
                assert status == NOT_YOURS, (kind, who)
                assert stage.state.seq == seq and stage.rim == rim, (kind, who)
            else:
                assert status != NOT_YOURS, (kind, who)
            walked += 1
    assert walked == len(KNOWN) * len(WHO) > 600


def test_what_an_operator_may_do_in_so_many_words(commands: Commands) -> None:
    mine = {kind for kind in KNOWN if "operator" in MAY[kind]}
    assert mine == {
        *("show", "cover", "set_blackout", "lamp_test", "mute"),
        *("display_set", "display_do", "display_show", "display_forget"),
    }


OPERATOR = Identity("operator")


@pytest.mark.parametrize(
    ("kind", "fields", "allowed"),
    [
        ("show", {"scene": "opening"}, True),
        ("show", {"scene": "lineup"}, True),
        ("show", {"scene": "scoreboard"}, False),
        ("show", {"scene": "final"}, False),
        ("show", {"scene": "standings"}, False),
        ("show", {"scene": ["opening"]}, False),
        ("show", {}, False),
        ("cover", {"what": "hold"}, True),
        ("cover", {"what": ""}, True),
        ("cover", {"what": "rules"}, False),
        ("set_blackout", {"on": True}, True),
        ("lamp_test", {}, True),
        ("mute", {"on": True}, True),
        ("control", {"do": "take"}, False),
        ("undo", {}, False),
        ("redo", {}, False),
        ("rule", {"result": "right"}, False),
        ("set_score", {"seat": 1, "score_cp": 0, "reason": "x"}, False),
        ("certify", {"role": "host", "name": "x"}, False),
        ("session_ticket", {"role": "host"}, False),
        ("session_revoke_others", {}, False),
        ("simulate_press", {"seat": 1}, False),
    ],
)
def test_an_operators_command_with_what_it_says(
    commands: Commands, kind: str, fields: dict[str, Any], allowed: bool
) -> None:
    assert (run(commands, OPERATOR, kind, **fields) != NOT_YOURS) is allowed


@pytest.mark.parametrize(
    "kind", [None, 5, [], {}, "", "no_such", "__class__", "tick", "report_verdict", "start_session"]
)
def test_what_is_no_command_is_nobodys(commands: Commands, kind: Any) -> None:
    for who in WHO:
        assert run(commands, who, kind) == (400 if who.role == "host" else NOT_YOURS)


def test_of_the_judges_the_chief_alone_closes_the_marking() -> None:
    for number, chief, allowed in ((1, 1, True), (2, 1, False), (1, None, False)):
        who = Identity("judge", judge=number)
        assert may(who, "close_marking", {}, chief) is allowed
        assert may(who, "submit_marks", {}, chief)


def test_the_number_of_a_sheet_or_a_stake_is_that_of_the_sign_in(commands: Commands) -> None:
    sheet = _command(Identity("judge", judge=2), "submit_marks", {"judge": 1, "marks": [1]})
    assert sheet.judge == 2
    stake = _command(
        Identity("desk", seat=3), "choose_stake", {"id": "x", "type": "choose_stake", "seat": 1, "points": 10}
    )
    assert stake.seat == 3


def test_an_id_of_one_role_does_not_answer_for_another(commands: Commands, stage: Stage) -> None:
    message = {"id": "0123456789abcdef", "type": "set_blackout", "on": not stage.state.blackout}
    assert commands.run(Identity("host"), dict(message))[1] == 200
    answer, status = commands.run(OPERATOR, dict(message))
    assert status == 409 and not answer["accepted"], "it is so already: asked anew, not answered from before"


# What an operator sees

SECRET = ("secret", "preview", "next_view", "staged", "verdict", "undo", "below", "control")
EMPTY = ("corrections", "course", "ledger", "stakes_in")


def test_the_operators_view_is_the_hosts_page_without_what_is_the_hosts(stage: Stage) -> None:
    host, mine = stage.view("host"), stage.view("operator")
    assert mine["role"] == "operator"
    assert set(host) - set(mine) == {"sessions", "tickets"}, "who is signed in is the host's"
    assert set(mine) <= set(host)
    assert [mine[name] for name in SECRET] == [None] * len(SECRET)
    assert [mine[name] for name in EMPTY] == [[]] * len(EMPTY)
    hall = stage.view("projector")
    ours = {"role", "contest_ns", "clock"}
    assert {name: mine[name] for name in hall if name not in ours} == {
        name: hall[name] for name in hall if name not in ours
    }


def test_the_operators_view_offers_what_the_rules_of_roles_allow(stage: Stage) -> None:
    offered = [one for name in ("actions", "tools") for one in stage.view("operator")[name]]
    assert {"hold", "blackout", "lamp_test"} <= {one["id"] for one in offered}
    assert all(may(OPERATOR, one["command"]["type"], one["command"], None) for one in offered)
    host = [one for name in ("actions", "tools") for one in stage.view("host")[name]]
    assert len(host) > len(offered)


def test_the_operators_view_is_never_handed_the_paper() -> None:
    assert "paper" not in operator_view.__annotations__


# The page in the documentation


def test_the_documents_table_is_the_one_in_the_code() -> None:
    page = roles_doc.TARGET.read_text(encoding="utf-8")
    assert page == roles_doc.render(page), "run: python -m server.sign_in.roles_doc"
    assert roles_doc.named() == KNOWN

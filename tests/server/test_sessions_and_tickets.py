"""Sessions and tickets without a server: what counts, what ends, what is kept; time is handed in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.sign_in import store as auth_store
from server.sign_in.auth import SCRYPT, Auth, Identity, account_of
from server.sign_in.sessions import IDLE_S, MOST_SESSIONS, STORE_SEEN_S, Sessions, key_of
from server.sign_in.store import AuthDamaged, AuthStore, restore, snapshot
from server.sign_in.tickets import MOVE_S, QR_S, TicketRefused, Tickets, Wanted, id_of

HOST, JUDGE = Identity("host"), Identity("judge", judge=2)
START_S = 1_800_000_000.0


class Bench:
    """A store with sessions and tickets, and clocks that a test turns."""

    def __init__(self, folder: Path, contest: str = "first", start_s: float = START_S) -> None:
        self.path = folder / auth_store.FILE
        self.contest = contest
        self.wall_s, self.monotonic_s = start_s, 50.0
        self.store = AuthStore(self.path)
        self.sessions = Sessions(
            self.store, lambda: self.contest, lambda: self.monotonic_s, lambda: self.wall_s
        )
        self.tickets = Tickets(self.store, lambda: self.contest, lambda: self.wall_s)

    def passes(self, seconds: float) -> None:
        self.wall_s += seconds
        self.monotonic_s += seconds


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


# Sessions


def test_a_cookie_is_a_random_name_and_only_its_hash_is_kept(bench: Bench) -> None:
    cookies = {bench.sessions.begin(JUDGE, "10.0.0.7") for _ in range(20)}
    assert len(cookies) == 20 and all(len(one) == 43 for one in cookies)
    kept = bench.path.read_text()
    assert not any(one in kept for one in cookies)
    assert bench.path.stat().st_mode & 0o777 == 0o600
    session = bench.sessions.of(cookies.pop())
    assert session is not None and session.identity == JUDGE and session.address == "10.0.0.7"


@pytest.mark.parametrize("cookie", ["", None, "x", "a" * 43, "é" * 43, "../" * 15, "a" * 4000])
def test_what_is_no_cookie_of_ours_signs_nobody_in(bench: Bench, cookie: str | None) -> None:
    bench.sessions.begin(HOST, "10.0.0.7")
    assert bench.sessions.of(cookie) is None


def test_a_session_survives_the_death_of_the_process(bench: Bench, tmp_path: Path) -> None:
    cookie = bench.sessions.begin(JUDGE, "10.0.0.7")
    again = Bench(tmp_path).sessions.of(cookie)  # nothing was tidied up: what counts was on disk already
    assert again is not None and again.identity == JUDGE


def test_a_session_of_another_contest_counts_for_nothing(bench: Bench) -> None:
    cookie = bench.sessions.begin(HOST, "10.0.0.7")
    bench.contest = "second"
    assert bench.sessions.of(cookie) is None and bench.sessions.listing() == []


def test_a_day_without_use_ends_it_and_use_does_not(bench: Bench) -> None:
    used, left = bench.sessions.begin(HOST, "a"), bench.sessions.begin(JUDGE, "b")
    for _ in range(4):
        bench.passes(IDLE_S / 3)
        assert bench.sessions.of(used, "a") is not None
    assert bench.sessions.of(left) is None
    bench.sessions.store_seen()
    assert len(json.loads(bench.path.read_text())["sessions"]) == 1


def test_a_clock_on_the_wall_that_is_put_right_ends_nothing(bench: Bench) -> None:
    cookie = bench.sessions.begin(HOST, "a")
    bench.wall_s += 40 * 24 * 3600
    assert bench.sessions.of(cookie) is not None
    bench.wall_s -= 80 * 24 * 3600
    assert bench.sessions.of(cookie) is not None


def test_after_a_restart_the_time_without_use_goes_on(bench: Bench, tmp_path: Path) -> None:
    cookie = bench.sessions.begin(HOST, "a")
    assert Bench(tmp_path, start_s=START_S + IDLE_S - 60).sessions.of(cookie) is not None
    assert Bench(tmp_path, start_s=START_S + IDLE_S + 60).sessions.of(cookie) is None


def test_another_address_is_listed_and_ends_nothing(bench: Bench) -> None:
    cookie = bench.sessions.begin(HOST, "10.0.0.7")
    assert bench.sessions.of(cookie, "10.0.0.99") is not None
    assert [one.address for one in bench.sessions.listing()] == ["10.0.0.99"]
    bench.passes(STORE_SEEN_S)
    assert bench.sessions.wants_storing()
    bench.sessions.store_seen()
    (row,) = json.loads(bench.path.read_text())["sessions"].values()
    assert row["address"] == "10.0.0.99" and row["seen_s"] == START_S


def test_one_or_all_can_be_ended_also_by_another_process(bench: Bench, tmp_path: Path) -> None:
    cookies = [bench.sessions.begin(Identity("judge", judge=number), "a") for number in (1, 2, 3)]
    other = Bench(tmp_path).sessions
    (gone,) = other.revoke(bench.sessions.of(cookies[0]).id)  # type: ignore[union-attr]
    assert gone.identity.judge == 1
    bench.sessions.look()
    assert [bench.sessions.of(one) is None for one in cookies] == [True, False, False]
    own = key_of(cookies[1])
    assert len(bench.sessions.revoke("*", own)) == 1 and bench.sessions.of(cookies[1]) is not None
    assert len(bench.sessions.revoke("*")) == 1 and bench.sessions.listing() == []
    assert bench.sessions.revoke("nonsense") == []


def test_there_are_never_too_many(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.sign_in.sessions.MOST_SESSIONS", 5)
    assert MOST_SESSIONS >= 500
    first = bench.sessions.begin(HOST, "a")
    for _ in range(5):
        bench.passes(1)
        last = bench.sessions.begin(JUDGE, "a")
    assert bench.sessions.of(first) is None and bench.sessions.of(last) is not None


def test_who_signs_in_again_and_again_pushes_nobody_else_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sign_in.sessions.MOST_SESSIONS", 20)
    monkeypatch.setattr("server.sign_in.sessions.MOST_OF_ACCOUNT", 4)
    host, judge = bench.sessions.begin(HOST, "a"), bench.sessions.begin(JUDGE, "a")
    cookies = []
    for _ in range(30):
        bench.passes(1)
        cookies.append(bench.sessions.begin(Identity("desk", seat=3), "b"))
    assert bench.sessions.of(host) is not None and bench.sessions.of(judge) is not None
    assert [bench.sessions.of(one) is not None for one in cookies[-5:]] == [False, True, True, True, True]


def test_a_label_holds_nothing_that_is_not_for_a_line(bench: Bench) -> None:
    bench.sessions.begin(HOST, "a", "Mozilla/5.0 (iPad; CPU OS 17) Version/17 Safari/604")
    bench.sessions.begin(HOST, "a", "\u202e<script>\x00\n" + "x" * 500)
    labels = {one.label for one in bench.sessions.listing()}
    assert "iPad · Safari" in labels
    assert all(len(one) <= 40 and one.isprintable() for one in labels)


def test_a_disk_that_takes_nothing_keeps_nobody_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    kept = bench.sessions.begin(HOST, "a")
    monkeypatch.setattr(AuthStore, "_write", full)
    cookie = bench.sessions.begin(JUDGE, "a")
    bench.sessions.end(str(key_of(kept)))
    assert bench.sessions.of(cookie) is not None and bench.sessions.of(kept) is None
    with pytest.raises(OSError):
        bench.tickets.make("judge", 1)
    monkeypatch.undo()
    bench.tickets.make("judge", 1)  # the disk is back: what was only in memory is written along
    rows = json.loads(bench.path.read_text())["sessions"]
    assert set(rows) == {key_of(cookie)}


# Tickets


def test_a_ticket_signs_one_page_in_once(bench: Bench) -> None:
    ticket = bench.tickets.make("judge", 2)
    assert len(ticket) == 32 and ticket not in bench.path.read_text()
    assert bench.tickets.waiting() == (id_of(ticket),)
    assert bench.tickets.redeem(ticket) == (JUDGE, "sign_in")
    assert bench.tickets.waiting() == ()
    with pytest.raises(TicketRefused) as used:
        bench.tickets.redeem(ticket)
    assert used.value.kind == "used" and used.value.reason.zh and used.value.reason.en


def test_of_two_tablets_at_once_one_is_signed_in(tmp_path: Path) -> None:
    ticket = Bench(tmp_path).tickets.make("judge", 2)
    together = threading.Barrier(8)

    def redeem(_: int) -> str:
        tickets = Bench(tmp_path).tickets  # a process of its own each, as far as the store knows
        together.wait(10)
        try:
            return tickets.redeem(ticket)[0].role
        except TicketRefused as refusal:
            return refusal.kind

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(redeem, range(8)))
    assert found == ["judge"] + ["used"] * 7


def test_a_ticket_lasts_ten_minutes_and_a_move_a_day(bench: Bench) -> None:
    code, move = bench.tickets.make("desk", 3), bench.tickets.make("host", ttl_s=MOVE_S, purpose="move")
    bench.passes(QR_S)
    with pytest.raises(TicketRefused) as refusal:
        bench.tickets.redeem(code)
    assert refusal.value.kind == "expired"
    assert bench.tickets.redeem(move) == (HOST, "move")


def test_a_ticket_is_for_its_purpose_and_its_contest(bench: Bench) -> None:
    ticket, other = bench.tickets.make("host", purpose="move"), bench.tickets.make("host")
    with pytest.raises(TicketRefused) as refusal:
        bench.tickets.redeem(ticket, purposes=("sign_in",))
    assert refusal.value.kind == "unknown"
    assert bench.tickets.redeem(ticket)[0] == HOST, "the wrong door does not use it up"
    bench.contest = "second"
    with pytest.raises(TicketRefused) as refusal:
        bench.tickets.redeem(other)
    assert refusal.value.kind == "unknown"


@pytest.mark.parametrize("guess", ["", "x", "A" * 32, "é" * 32, "A" * 5000])
def test_a_guess_is_unknown_and_costs_no_write(bench: Bench, guess: str) -> None:
    bench.tickets.make("host")
    before = bench.path.stat().st_mtime_ns
    with pytest.raises(TicketRefused) as refusal:
        bench.tickets.redeem(guess)
    assert refusal.value.kind == "unknown" and bench.path.stat().st_mtime_ns == before


def test_a_move_ticket_ends_with_its_session_and_with_the_next_one(bench: Bench) -> None:
    key = str(key_of(bench.sessions.begin(JUDGE, "a")))
    first = bench.tickets.make("judge", 2, MOVE_S, "move", key)
    second = bench.tickets.make("judge", 2, MOVE_S, "move", key)
    with pytest.raises(TicketRefused):
        bench.tickets.redeem(first)
    bench.sessions.end(key)
    with pytest.raises(TicketRefused):
        bench.tickets.redeem(second)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("author"),
        Wanted("audience"),
        Wanted("standby"),
        Wanted("root"),
        Wanted("judge"),
        Wanted("judge", 0),
        Wanted("host", 1),
        Wanted("host", ttl_s=0),
        Wanted("host", ttl_s=10**9),
        Wanted("host", purpose="anything"),
    ],
)
def test_there_is_no_ticket_for_that(bench: Bench, wanted: Wanted) -> None:
    with pytest.raises(ValueError):
        bench.tickets.make_many([wanted])
    assert not bench.path.exists() or json.loads(bench.path.read_text())["tickets"] == {}


def test_a_ticket_can_be_taken_back(bench: Bench) -> None:
    ticket = bench.tickets.make("host")
    assert bench.tickets.void(id_of(ticket)) and not bench.tickets.void(id_of(ticket))
    with pytest.raises(TicketRefused):
        bench.tickets.redeem(ticket)


# The file


def test_a_copy_signs_everybody_in_elsewhere(bench: Bench, tmp_path: Path) -> None:
    cookie, ticket = bench.sessions.begin(JUDGE, "a"), bench.tickets.make("host", purpose="move")
    copied = snapshot(tmp_path)
    assert copied == snapshot(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / auth_store.FILE).write_text("what lies there is damaged")
    restore(elsewhere, copied)
    there = Bench(elsewhere)
    assert there.sessions.of(cookie) is not None and there.tickets.redeem(ticket)[0] == HOST
    with pytest.raises(AuthDamaged):
        restore(elsewhere, copied[:-20])
    assert there.sessions.of(cookie) is not None and snapshot(elsewhere) != b""
    assert snapshot(tmp_path / "nowhere") == b""


def test_a_file_damaged_in_the_middle_of_a_show_ends_nothing(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    cookie = bench.sessions.begin(HOST, "a")
    bench.path.write_text("{")
    bench.sessions.look()
    assert bench.sessions.of(cookie) is not None
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(AuthDamaged):
        AuthStore(bench.path)


# Passphrases and tokens


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Auth, dict[str, str]]]:
    auth = Auth.at(tmp_path_factory.mktemp("auth"))
    yield auth, auth.make_missing(1, (2,))


def test_every_role_with_a_passphrase_gets_one(made: tuple[Auth, dict[str, str]]) -> None:
    auth, passphrases = made
    assert set(passphrases) == {"host", "operator", account_of("judge", 1), account_of("desk", 2)}
    assert auth.make_missing(1, (2,)) == {}
    assert auth.check("operator", f" {passphrases['operator'].upper()} ")
    assert not auth.check("operator", passphrases["host"]) and not auth.check("nobody", passphrases["host"])


def test_what_is_kept_costs_as_much_as_is_recommended_today(made: tuple[Auth, dict[str, str]]) -> None:
    for row in made[0].store.content["accounts"].values():
        # OWASP Password Storage Cheat Sheet: N=2^17 p=1, 2^16 p=2, 2^15 p=3, 2^14 p=5, 2^13 p=10, each with r=8.
        assert row["n"] * row["p"] >= min(2**17, 2**15 * 3) and row["r"] == 8
        assert len(bytes.fromhex(row["salt"])) == 16 and len(bytes.fromhex(row["hash"])) == 32


def test_a_passphrase_of_an_older_version_is_kept_at_todays_cost_once_it_was_used(tmp_path: Path) -> None:
    auth = Auth.at(tmp_path)
    row = {"salt": "ab" * 16, "hash": _as_before("abcd-efgh-jkmn", "ab" * 16)}
    auth.store.change(lambda content: content["accounts"].update({"host": row}))
    assert auth.check("host", "abcd-efgh-jkmn") and not auth.check("host", "abcd-efgh-jkmm")
    assert auth.store.content["accounts"]["host"]["n"] == SCRYPT["n"]
    assert auth.check("host", "abcd-efgh-jkmn")


def _as_before(passphrase: str, salt: str) -> str:
    import hashlib

    return hashlib.scrypt(passphrase.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32).hex()


def test_a_role_begun_anew_leaves_the_others(tmp_path: Path) -> None:
    auth = Auth.at(tmp_path)
    before = auth.make_missing(1)
    host, judge = auth.sessions.begin(HOST, "a"), auth.sessions.begin(Identity("judge", judge=1), "a")
    tokens = auth.new_token(HOST), auth.new_token(Identity("judge", judge=1))
    ticket = auth.tickets.make("host")
    again = Auth.at(tmp_path)  # as run.py reset-auth does while the show runs
    after = again.renew("host")
    assert set(after) == {"host"}
    auth.sessions.look()
    assert auth.sessions.of(host) is None and auth.sessions.of(judge) is not None
    assert [auth.identity_of(one) for one in tokens] == [None, Identity("judge", judge=1)]
    with pytest.raises(TicketRefused):
        auth.tickets.redeem(ticket)
    assert auth.check("host", after["host"]) and not auth.check("host", before["host"])
    with pytest.raises(ValueError):
        again.renew("desk")


def test_a_token_can_be_revoked_by_itself_and_by_its_id(tmp_path: Path) -> None:
    auth = Auth.at(tmp_path)
    roles = ("host", "operator", "display", "standby", "audience")
    tokens = [auth.new_token(Identity(role)) for role in roles]
    assert {one.identity.role for one in auth.tokens()} == set(roles)
    other = Auth.at(tmp_path)
    assert other.revoke_token(tokens[0]) == 1 and auth.identity_of(tokens[0]) is None
    listed = next(one for one in auth.tokens() if one.identity.role == "display")
    assert other.revoke_token(listed.id) == 1 and auth.identity_of(tokens[2]) is None
    assert other.revoke_token("nonsense") == 0 and other.revoke_token("*") == 3 and auth.tokens() == []
    with pytest.raises(ValueError):
        auth.new_token(Identity("author"))

"""In full runs: the standby of a show with a sealed paper asks at its start, holds nothing in clear, and rules with it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.server.sealed_papers import WORDS, canaries, sealed_place
from tests.standby.machines import FIRST, SECOND, Laptop, Loopback, Standby


def test_a_sealed_paper_is_opened_before_it_is_needed(tmp_path: Path) -> None:
    place, net = sealed_place(tmp_path), Loopback()
    secret, copy = place / "secret", tmp_path / "copy"
    options = (
        "--contest",
        str(place / "contest.toml"),
        "--words",
        WORDS,
        "--paper-passphrase-file",
        str(secret),
    )
    (tmp_path / "wrong").write_text("not the passphrase\n")
    with Laptop(net, FIRST, place / "data", *options) as old:
        host, token = old.token(), old.token("standby")
        assert old.command(host, "start_round")[0] == 200
        with Standby(net, SECOND, copy, old, token) as asks:  # nobody at its terminal
            assert asks.process.wait(30) == 2, asks.printed
        wrong = ("--paper-passphrase-file", str(tmp_path / "wrong"))
        with Standby(net, SECOND, copy, old, token, *wrong) as refused:
            assert refused.process.wait(30) == 2, refused.printed
        with Standby(net, SECOND, copy, old, token, "--paper-passphrase-file", str(secret)) as new:
            new.until_whole(old.get("/healthz")["revision"])
            secret_before = secret.read_text()
            assert canaries(copy) == set()
            told = new.take_over()
            assert told["complete"] and told["serves"]
            assert new.command(host, "call_turn")[0] == 200 and new.command(host, "present")[0] == 200
            prompt = new.get("/api/v1/views/projector")["scene"]["question"]["prompt"]
            word = prompt.removeprefix("canaryprompt")
            view = json.dumps(new.get("/api/v1/views/host", host), ensure_ascii=False)
            assert f"canaryanswer{word}" in view and canaries(copy) == {prompt}
            assert secret_before.strip() not in "".join(new.printed)

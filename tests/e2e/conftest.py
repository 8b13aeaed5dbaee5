"""A whole show beside a simulator and several browsers: what is quick on a stage may take a while on a loaded machine."""

from __future__ import annotations

from playwright.sync_api import expect

expect.set_options(timeout=15_000)

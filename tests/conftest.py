"""One browser for all tests that need one: Playwright runs once in a process. Pages end with the test that opened them."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests import bytecode
from tests.browser import chromium

_running: list[Browser] = []

bytecode.keep_apart()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        _running.append(running)
        yield running
        _running.remove(running)


def _contexts() -> list[BrowserContext]:
    return [context for running in _running for context in running.contexts]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Close what a test opened itself: a page that is left open goes on moving, and takes the processor from all after it."""
    before = _contexts()
    try:
        return (yield)
    finally:
        for context in _contexts():
            if context not in before:
                context.close()


@pytest.fixture(scope="module", autouse=True)
def _pages_end_with_their_module() -> Iterator[None]:
    """And what its fixtures opened, when the last test of the file is over."""
    before = _contexts()
    yield
    for context in _contexts():
        if context not in before:
            context.close()

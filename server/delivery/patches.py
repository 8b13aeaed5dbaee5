"""What has changed between two views, as little as has to be sent; and its counterpart, which display/shared/patch.js does. Pure.

A patch is {"set": [[path, value], …], "unset": [path, …]}. A path is a list of keys and of indexes. A list whose length
changed is set whole; otherwise its parts are compared one by one.
"""

from __future__ import annotations

from typing import Any

import msgspec

Path = list[str | int]
Patch = dict[str, Any]
Parts = dict[str, bytes]

_MISSING = object()
_ENCODER = msgspec.json.Encoder()
BY_THE_CLOCK = ("contest_ns", "remaining_ms")
"""Fields that differ from moment to moment without anything having happened: nobody is told of these alone."""


def diff(old: Any, new: Any) -> Patch:
    """What makes `new` of `old`; both are values of JSON. `apply(diff(old, new), old) == new`."""
    patch: Patch = {"set": [], "unset": []}
    _compare(old, new, [], patch)
    return patch


def encoded(view: dict[str, Any], last: dict[str, Any], of_last: Parts) -> Parts:
    """Each part of a view as its JSON; what is the very object that it was is not written anew."""
    return {
        key: of_last[key] if last.get(key, _MISSING) is value and key in of_last else _ENCODER.encode(value)
        for key, value in view.items()
    }


def diff_of(old: dict[str, Any], old_parts: Parts, new: dict[str, Any], new_parts: Parts) -> Patch:
    """As `diff(old, new)`, for views whose `encoded` parts are known: most are equal, which bytes tell fastest."""
    changed = {key for key, part in new_parts.items() if old_parts.get(key) != part}
    return diff(
        {key: value for key, value in old.items() if key in changed or key not in new},
        {key: value for key, value in new.items() if key in changed},
    )


def _compare(old: Any, new: Any, path: Path, patch: Patch) -> None:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key not in new:
                patch["unset"].append([*path, key])
        for key, value in new.items():
            before = old.get(key, _MISSING)
            if before is not value:
                _compare(before, value, [*path, key], patch)
    elif _are_lists(old, new) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            _compare(before, after, [*path, index], patch)
    elif old is _MISSING or not _same(old, new):
        patch["set"].append([path, new])


def _are_lists(old: Any, new: Any) -> bool:
    return isinstance(old, (list, tuple)) and isinstance(new, (list, tuple))


def _same(old: Any, new: Any) -> bool:
    # True and 1 are one number to Python and two values to a page.
    return bool(type(old) is type(new) and old == new)


def apply(patch: Patch, view: Any) -> Any:
    """`view` with the patch in it; what was handed in stays as it was. Raises LookupError where it does not fit."""
    for path in patch["unset"]:
        view = _without(view, path)
    for path, value in patch["set"]:
        view = _with(view, path, value)
    return view


def _with(view: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    key, *rest = path
    if isinstance(view, dict):
        return {**view, key: _with(view[key] if rest else None, rest, value)}
    if not isinstance(view, (list, tuple)) or not isinstance(key, int):
        raise LookupError(f"{key!r} of something that has no parts")
    copy = list(view)
    copy[key] = _with(copy[key], rest, value)
    return copy


def _without(view: Any, path: Path) -> Any:
    key, *rest = path
    if isinstance(view, dict):
        if rest:
            return {**view, key: _without(view[key], rest)}
        return {name: value for name, value in view.items() if name != key}
    if not isinstance(view, (list, tuple)) or not isinstance(key, int) or not rest:
        raise LookupError(f"{key!r} of something that has no parts")
    copy = list(view)
    copy[key] = _without(copy[key], rest)
    return copy


def is_news(patch: Patch) -> bool:
    """False for a patch in which only the clock went on."""
    return bool(patch["unset"]) or any(not path or path[-1] not in BY_THE_CLOCK for path, _ in patch["set"])

"""One look through an XML part before any library builds something of it: no document type, no depths."""

from __future__ import annotations

from typing import IO
from xml.parsers import expat

MAX_DEPTH = 64
"""A workbook's own parts go some twenty deep."""


class BadXml(ValueError):
    """`code`: xml_entities, xml_depth or xml_syntax."""

    def __init__(self, code: str, found: str = "") -> None:
        self.code, self.found = code, found
        super().__init__(f"{code}: {found}")


def check(stream: IO[bytes]) -> None:
    """Read a part to its end; memory does not grow with it. Raises BadXml.

    Entities cannot be without a document type, and nobody's workbook declares one. What is nested without end is
    refused here, because the trees that are made of it later would be taken down by recursion.
    """
    depth = 0

    def start(name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise BadXml("xml_depth", name[:40])

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(name: str, system: str | None, public: str | None, internal: bool) -> None:
        raise BadXml("xml_entities", name[:40])

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise BadXml("xml_syntax", str(error)) from error

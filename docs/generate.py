"""Writes docs/reference/ and docs/schema/ from the code; a test fails when they lag behind."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any, Literal

import click
import msgspec
from msgspec.structs import fields
from pydantic import BaseModel

from acktrail import errors
from acktrail.app.advice import Advice
from acktrail.app.home import parser_files
from acktrail.app.registry import built_in
from acktrail.app.rules import all_rules
from acktrail.app.settings import Settings
from acktrail.cli.main import cli
from acktrail.documents.encoding import HINTS
from acktrail.documents.kinds import PAYLOADS, Document
from acktrail.formats.edifact.application_errors import CODES, CONFLICT, CONFLICT_TEXT, OTHER
from acktrail.formats.x12.guide.catalogue import Catalogue
from acktrail.formats.x12.guide.model import UNUSED, LoopNode
from acktrail.formats.x12.guide.pyx12_maps import read_wheel_map
from acktrail.ledger.status import MOVES
from acktrail.pipeline.states import FOLLOWS, MAY_REJECT, STEPS
from acktrail.profiles.partner import PartnerProfile

DOCS = Path(__file__).parent
NOTE = "Written by `make docs`; do not edit.\n"
WIDTH = 80  # of a command's help, whatever the terminal
ISO = re.compile(r"P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?")
SIZES = (("GB", 10**9), ("MB", 10**6), ("KB", 10**3), ("B", 1))


def pages() -> dict[str, str]:
    """Return every generated file's text by its path below docs/."""
    return {
        "reference/findings.md": findings(),
        "reference/errors.md": error_codes(),
        "reference/states.md": states(),
        "reference/commands.md": commands(),
        "reference/profile.md": keys("Keys of a partner profile", PartnerProfile),
        "reference/settings.md": keys("Keys of acktrail.toml", Settings),
        "reference/x12-guides.md": x12_guides(),
        "reference/aperak.md": aperak_codes(),
        **run_path(str(DOCS / "mappings.py"))["pages"](),
        "schema/partner.json": schema(PartnerProfile),
        "schema/settings.json": schema(Settings),
        **{f"schema/documents/{kind}.json": document_schema(kind) for kind in PAYLOADS},
    }


def findings() -> str:
    """Return the table of every finding."""
    rules = sorted(all_rules(built_in(parser_files())), key=lambda rule: rule.name)
    advice = Advice(parser_files())
    lines = [
        "# Findings\n",
        NOTE,
        "What can be found in a partner's data, with the severity it has by default.",
        "`error` refuses the message it stands in, `fatal` the file.\n",
        "| finding | severity | standard's code | category | who acts | meaning | what to do |",
        "|---|---|---|---|---|---|---|",
    ]
    for rule in rules:
        cells = [f"`{rule.name}`", rule.severity, rule.code or "-", rule.category, rule.owner]
        cells += [rule.text, advice.for_finding(rule.name, rule.owner)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def x12_guides() -> str:
    """Return the table of X12 guides with what each of them holds."""
    catalogue = Catalogue(parser_files(), read_wheel_map)
    lines = [
        "# X12 guides\n",
        NOTE,
        "A guide is chosen by GS08, ST01 and GS01, and by BHT02 where two share those. A trailing",
        "`*` stands for any ending. Elements are counted with their components, once for each",
        "place; *used* leaves out Not Used.\n",
        "| guide | GS08 | GS01 | ST01 | BHT02 | loops | segments | elements | used | sources |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    totals = [0, 0, 0, 0]
    for key in sorted(catalogue.guide_keys(), key=lambda one: (one.st01, one.id)):
        counts = guide_counts(catalogue.guide(key.id).root)
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        cells = [key.id, ", ".join(key.gs08), key.gs01, key.st01, ", ".join(key.bht02) or "-"]
        numbers = [str(count) for count in counts]
        sources = "; ".join(catalogue.sources(key.id))
        lines.append("| " + " | ".join([*cells, *numbers, sources]) + " |")
    numbers = [str(total) for total in totals]
    lines.append("| " + " | ".join(["all", "", "", "", "", *numbers, ""]) + " |")
    return "\n".join(lines) + "\n"


def guide_counts(loop: LoopNode) -> tuple[int, int, int, int]:
    """Return how many loops, segments, elements and used elements a loop holds."""
    loops = segments = elements = used = 0
    for child in loop.children:
        if isinstance(child, LoopNode):
            inner = guide_counts(child)
            loops, segments = loops + inner[0] + bool(child.id), segments + inner[1]
            elements, used = elements + inner[2], used + inner[3]
        else:
            each = [part for one in child.elements for part in (one, *one.parts)]
            segments, elements = segments + 1, elements + len(each)
            used += sum(one.usage != UNUSED for one in each)
    return loops, segments, elements, used


def error_codes() -> str:
    """Return the table of every deliberate error."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    lines = ["# Errors\n", NOTE, "| code | who acts | meaning |", "|---|---|---|"]
    for kind in kinds:
        if issubclass(kind, errors.AcktrailError):
            said = (kind.__doc__ or "").partition("\n\n")[0].replace("``", "`")
            lines.append(f"| `{kind.code}` | {kind.owner} | {' '.join(said.split())} |")
    return "\n".join(lines) + "\n"


def aperak_codes() -> str:
    """Return the table of the error codes of an APERAK."""
    sentences = {rule.name: rule.text for rule in all_rules(built_in(parser_files()))}
    lines = [
        "# Error codes of an APERAK\n",
        NOTE,
        "Element 9321 of ERC: there is no UN list. A code keeps its meaning for ever.\n",
        "| 9321 | FTX | finding |",
        "|---|---|---|",
    ]
    lines += [f"| {code} | {sentences[rule]} | `{rule}` |" for rule, code in CODES.items()]
    lines.append(f"| {CONFLICT} | {CONFLICT_TEXT} | `post.conflict` |")
    lines.append(f"| {OTHER} | what the rule of an extension says | |")
    return "\n".join(lines) + "\n"


def states() -> str:
    """Return stages, steps and the fold of entries to a status."""
    line = "; ".join(f"{stage} --> {after or 'done'}" for stage, after in FOLLOWS.items())
    lines = [
        "# Stages, steps, statuses\n",
        NOTE,
        "Any stage may also hold, or wait in place.\n",
        "```mermaid",
        "flowchart LR",
        f"    {line}",
        f"    {' & '.join(sorted(MAY_REJECT))} -. reject .-> acknowledge",
        "```\n",
        "| durable step | stages |",
        "|---|---|",
    ]
    lines += [f"| {step} | {', '.join(stages)} |" for step, stages in STEPS.items()]
    lines += ["", "| entry | status of the exchange |", "|---|---|"]
    lines += [f"| {kind} | {status or 'unchanged'} |" for kind, status in MOVES.items()]
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return the help of every command."""
    lines = ["# Commands\n", NOTE]
    for path, command in _walk(cli, "acktrail"):
        context = click.Context(
            command, info_name=path, terminal_width=WIDTH, **cli.context_settings
        )
        lines += [f"## {path}\n", "```text", command.get_help(context), "```\n"]
    return "\n".join(lines).rstrip("\n") + "\n"


def _walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _walk(below, f"{path} {name}")


def keys(title: str, model: type[BaseModel]) -> str:
    """Return the table of every key of a TOML file."""
    lines = [f"# {title}\n", NOTE, "Default `-`: nothing, or what the format does by itself."]
    lines += ["Durations are `250ms`, `30s`, `15m`, `4h`, `1d`; sizes `64KiB`, `500MB`, `2GB`.\n"]
    lines += ["| key | value | default |", "|---|---|---|"]
    table = _plain(model.model_json_schema(by_alias=True))
    lines += list(_rows(table, table.get("$defs", {}), ""))
    return "\n".join(lines) + "\n"


def _rows(table: dict[str, object], defs: dict[str, object], prefix: str) -> Iterator[str]:
    properties = table.get("properties", {})
    required = table.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        return
    for name, one in properties.items():
        target, mark = _target(one, defs)
        path = f"{prefix}{name}{mark}"
        if target is not None:
            yield from _rows(target, defs, f"{path}.")
        else:
            default = "required" if name in required else _default(one)
            yield f"| `{path}` | {_type(one)} | {default} |"


def _default(one: dict[str, object]) -> str:
    value = one.get("default")
    return "-" if value in (None, "", []) else f"`{json.dumps(value)}`"


def _plain(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a schema without defaults that say nothing, the others spelled as in TOML."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    table = {key: _plain(value) for key, value in part.items() if key != "default"}
    value = part.get("default")
    return (
        table if value is None or isinstance(value, dict) else table | {"default": _spelled(part)}
    )


def _spelled(one: dict[str, Any]) -> object:
    value = one["default"]
    found = ISO.fullmatch(value) if isinstance(value, str) and value.startswith("P") else None
    if found:
        parts = [(int(n), unit) for n, unit in zip(found.groups(), "dhms", strict=True) if n]
        seconds = sum(n * {"d": 86400, "h": 3600, "m": 60, "s": 1}[unit] for n, unit in parts)
        return "{}{}".format(*parts[0]) if len(parts) == 1 else f"{seconds}s"
    if "KiB" in str(one.get("pattern", "")):
        return next(f"{value // size}{unit}" for unit, size in SIZES if value % size == 0)
    return value


def _target(one: dict[str, Any], defs: dict[str, object]) -> tuple[dict[str, object] | None, str]:
    """Return the table a property leads to, and the mark of a list or of named tables."""
    items = one.get("items")
    if isinstance(items, dict) and "$ref" in items:
        return _deref(items, defs), "[]"
    for named in (one.get("additionalProperties"), *one.get("patternProperties", {}).values()):
        if isinstance(named, dict) and "$ref" in named:
            return _deref(named, defs), ".<name>"
    for part in (one, *_list(one.get("anyOf")), *_list(one.get("allOf"))):
        if isinstance(part, dict) and "$ref" in part:
            return _deref(part, defs), ""
    return None, ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _deref(part: dict[str, object], defs: dict[str, object]) -> dict[str, object]:
    found = defs[str(part["$ref"]).rpartition("/")[2]]
    return found if isinstance(found, dict) else {}


def _type(one: dict[str, object]) -> str:
    if "enum" in one:
        return ", ".join(f"`{value}`" for value in _list(one["enum"]))
    if "const" in one:
        return f"`{one['const']}`"
    parts = [part for part in _list(one.get("anyOf")) if isinstance(part, dict)]
    if parts:
        return " or ".join(_type(part) for part in parts if part.get("type") != "null")
    if one.get("type") == "array":
        items = one.get("items")
        return f"list, {_type(items)}" if isinstance(items, dict) else "list"
    if one.get("type") == "object":
        values = one.get("additionalProperties")
        return f"table, {_type(values)}" if isinstance(values, dict) else "table"
    example = _list(one.get("examples"))
    word = {"string": "text", "integer": "number", "boolean": "true or false"}
    return f"such as `{example[0]}`" if example else word.get(str(one.get("type")), "value")


def schema(model: type[BaseModel]) -> str:
    """Return the JSON Schema that editors check a file against."""
    table = _plain(model.model_json_schema(by_alias=True))
    return json.dumps(table, indent=2, sort_keys=True) + "\n"


def document_schema(kind: str) -> str:
    """Return the JSON Schema of a kept document of one kind; fields it does not name are faults."""
    types = HINTS | {
        "kind": Literal[kind],
        "payload": PAYLOADS[kind],
        "schema": Literal["acktrail/1"],
    }
    shape = [(one.name, types[one.name]) for one in fields(Document)]
    table = _closed(msgspec.json.schema(msgspec.defstruct("Document", shape)))
    table["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(table, indent=2, sort_keys=True) + "\n"


def _closed(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a schema whose objects and arrays hold nothing but what is named."""
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    table = {key: _closed(value) for key, value in part.items()}
    if table.get("type") == "object" and "properties" in table:
        table["additionalProperties"] = False
    if "prefixItems" in table:
        table["items"] = False
    return table


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(text)

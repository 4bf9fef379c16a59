"""Writes contract_forms.json: what the public API descriptions say of the answers of every endpoint that is served.

    python -m tests.api.make_contract_forms --reference DIR

DIR holds the descriptions (OpenAPI 3.0, `HubSpot/HubSpot-public-api-spec-collection` at the commit that `INDEX.json`
names). Only names, types, formats, options and what is required are kept; what is said of them stays out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api import contract
from api.aliases import canonical
from api.app import routes

Form = dict[str, Any]

TARGET = Path(__file__).with_name("contract_forms.json")
METHODS = {"get", "post", "put", "patch", "delete"}
KEPT_AS_THEY_ARE = ("type", "format", "enum", "required")


def main() -> None:
    """Write the forms next to this file, one a line."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--reference", type=Path, required=True, metavar="DIR")
    folder = arguments.parse_args().reference
    index = json.loads((folder / "INDEX.json").read_text("utf-8"))
    descriptions = [json.loads((folder / each["file"]).read_text("utf-8")) for each in index["files"]]
    tables = {"commit": index["commit"], **_tables(descriptions)}
    TARGET.write_text(_one_a_line(tables), "utf-8")


def _tables(descriptions: list[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The form of each answer by endpoint and status, and each form by its name.

    Raises ValueError where two descriptions differ in what an endpoint answers.
    """
    served = {contract.shape_of(method, path) for method, path in routes()}
    answers: dict[str, dict[str, Any]] = {}
    forms: dict[str, Form] = {}
    for description in descriptions:
        found = {
            shape: {status: _form_of(response) for status, response in operation["responses"].items()}
            for shape, operation in _operations(description)
            if shape in served
        }
        needed = _needed(found, description["components"]["schemas"])
        clashing = {name for name, form in needed.items() if forms.get(name, form) != form}
        names = {name: f"{description['info']['title'].replace(' ', '')}.{name}" for name in clashing}
        forms |= {names.get(name, name): _renamed(form, names) for name, form in needed.items()}
        for shape, by_status in _renamed(found, names).items():
            if answers.setdefault(shape, by_status) != by_status:
                raise ValueError(f"{shape} is described twice, and differently.")
    return {"answers": answers, "forms": forms}


def _needed(answers: Any, schemas: Mapping[str, Any]) -> dict[str, Form]:
    """Every form that answers lead to."""
    found: dict[str, Form] = {}
    names = list(_names(answers))
    while names:
        if (name := names.pop()) not in found:
            found[name] = _condensed(schemas[name])
            names += _names(found[name])
    return found


def _operations(description: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, operations in description["paths"].items():
        for method in METHODS & set(operations):
            yield contract.shape_of(method.upper(), canonical(path)[0]), operations[method]


def _form_of(response: Mapping[str, Any]) -> Form | None:
    """The name of the form of what is answered; None for an answer without a body."""
    if "$ref" in response:
        return _reference(response)
    contents = [each["schema"] for each in response.get("content", {}).values() if "schema" in each]
    return _reference(contents[0]) if contents else None


def _condensed(schema: Mapping[str, Any]) -> Form:
    if "$ref" in schema:
        return _reference(schema)
    form: Form = {name: schema[name] for name in KEPT_AS_THEY_ARE if name in schema}
    if schema.get("nullable"):
        form["type"] = [schema["type"], "null"]
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            form[name] = _condensed(schema[name])
    if "properties" in schema:
        form["properties"] = {name: _condensed(each) for name, each in schema["properties"].items()}
    if "oneOf" in schema:
        form["anyOf"] = [_condensed(each) for each in schema["oneOf"]]
    return form


def _reference(described: Mapping[str, Any]) -> Form:
    """By the last part alone: what is answered as `responses/Error` has the form `schemas/Error`."""
    return {"$ref": described["$ref"].rpartition("/")[2]}


def _names(form: Any) -> Iterator[str]:
    if isinstance(form, dict):
        if isinstance(form.get("$ref"), str):
            yield form["$ref"]
        for each in form.values():
            yield from _names(each)
    elif isinstance(form, list):
        for each in form:
            yield from _names(each)


def _renamed(form: Any, names: Mapping[str, str]) -> Any:
    if isinstance(form, dict):
        return {
            key: names.get(each, each) if key == "$ref" and isinstance(each, str) else _renamed(each, names)
            for key, each in form.items()
        }
    return [_renamed(each, names) for each in form] if isinstance(form, list) else form


def _one_a_line(tables: Mapping[str, Any]) -> str:
    parts = [f'"commit": {json.dumps(tables["commit"])}']
    for title in ("answers", "forms"):
        lines = (f"{json.dumps(name)}: {json.dumps(each)}" for name, each in sorted(tables[title].items()))
        parts.append(f'"{title}": {{\n' + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()

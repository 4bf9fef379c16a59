"""Forms as data: fields with what they are called, read from a request, shown again with what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal
from urllib.parse import quote

from werkzeug.datastructures import MultiDict

from crm_graph.definitions.changes.checks import refused
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import CRMError, MissingScopes, Unavailable
from crm_graph.modelling.wish import Wish

Kind = Literal["text", "lines", "number", "select", "checkbox", "checks"]
Values = Mapping[str, str]
"""What was typed by the name of the field; a box that is checked has `on`, several of them are joined by spaces."""

ON = "on"
"""The value of a box that is ticked."""
_LENGTH = 100_000
"""Characters of one field that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `concerns` are the names by which refusals of the domain call it."""

    name: str
    label: str
    kind: Kind = "text"
    help: str = ""
    is_required: bool = False
    choices: Sequence[tuple[str, str]] = ()
    concerns: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: `wish` makes of its values what is asked for, or raises InvalidInput with the name of a field."""

    key: str
    title: str
    button: str
    wish: Callable[[Values], Wish]
    back: str
    fields: Sequence[Field] = ()
    initial: Values = field(default_factory=dict)
    intro: str = ""
    is_danger: bool = False
    is_folded: bool = False

    def read(self, given: MultiDict[str, str]) -> dict[str, str]:
        """The values that a request has, cut to what fields may be; a choice that was not sent is the first one."""
        unsent = {each.name: self.initial.get(each.name, "") for each in self.fields if each.kind == "select"}
        typed = {each.name: " ".join(given.getlist(each.name))[:_LENGTH] for each in self.fields}
        return {name: text if name in given else unsent.get(name, "") for name, text in typed.items()}

    def faults(self, error: CRMError) -> dict[str, str]:
        """What to say beside which field; beside "" what concerns none of them. Other errors are raised again."""
        if isinstance(error, Unavailable | MissingScopes):
            raise error
        named = [str(name) for name in error.context.get("field", ())] or list(error.context)
        rule = " ".join(error.context.get("rule", ())) if "field" in error.context else ""
        for name in named:
            for each in self.fields:
                if name == each.name or name in each.concerns:
                    return {each.name: f"{rule[:1].upper()}{rule[1:]}." if rule else error.message}
        return {"": error.message}


def whole_number(name: str, text: str) -> int | None:
    """The number in a field, None where it is empty; InvalidInput for anything else."""
    if not text.strip():
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise refused(name, text, "must be a whole number, or empty for no limit")
    return int(text)


def lines(text: str) -> list[tuple[str, str]]:
    """What stands before and behind the first `=` of each line that is not empty; "" where there is no `=`."""
    parts = (line.partition("=") for line in text.splitlines() if line.strip())
    return [(before.strip(), behind.strip()) for before, _, behind in parts]


def slug(text: str) -> str:
    """A name for programs made of a name for people: `Favourite drink` becomes `favourite_drink`."""
    found = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return found if found[:1].isalpha() else f"p_{found}".rstrip("_")


def danger(key: str, title: str, wish: Wish, back: str) -> Form:
    """A form without fields that removes something."""
    return Form(
        key=key, title=title, button="Remove", wish=partial(always, wish), back=back, is_danger=True, is_folded=True
    )


def always(wish: Wish, values: Values) -> Wish:
    """What a form without fields asks for."""
    return wish


def back_to(object_type: ObjectType, tab: str | None = None) -> str:
    """The page of the data model with the object type in its middle."""
    return f"/model?focus={quote(object_type.plural)}{f'&tab={tab}' if tab else ''}"


def ticked(holds: bool) -> str:
    """The value of a box."""
    return ON if holds else ""

"""Forms as data: fields with what they are called, read from a request, shown again with what was typed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal
from urllib.parse import quote

from werkzeug.datastructures import MultiDict

from crm_graph.definitions.changes.checks import refused
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import CRMError, MissingScopes, TooMany, Unavailable
from crm_graph.modelling.wish import Wish

Kind = Literal["text", "lines", "number", "select", "checkbox", "checks"]
Values = Mapping[str, str]
"""What was typed by the name of the field; a box that is checked has `on`, several of them are joined by spaces."""

ON = "on"
"""The value of a box that is ticked."""
_NAME_LENGTH = 100
_SPACED = re.compile(r"\s+=\s+")


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

    @property
    def state(self) -> str:
        """A digest of what the form was drawn from: an old page must not put back what was changed meanwhile."""
        drawn_from = [self.key, *sorted(self.initial.items())]
        return hashlib.sha256(repr(drawn_from).encode()).hexdigest()[:32]

    def read(self, given: MultiDict[str, str]) -> dict[str, str]:
        """The values that a request has; a choice that was not sent is as at the beginning."""
        unsent = {each.name: self.initial.get(each.name, "") for each in self.fields if each.kind == "select"}
        typed = {each.name: "\n".join(" ".join(given.getlist(each.name)).splitlines()) for each in self.fields}
        return {name: text if name in given else unsent.get(name, "") for name, text in typed.items()}

    def faults(self, error: CRMError) -> dict[str, str]:
        """What to say beside which field; beside "" what concerns none of them. Other errors are raised again."""
        if isinstance(error, Unavailable | MissingScopes):
            raise error
        fields = [str(name) for name in error.context.get("field", ())]
        tells_rule = bool(fields) and not isinstance(error, TooMany)
        rules = error.context["rule"] if tells_rule else [""] * len(fields or error.context)
        found: dict[str, str] = {}
        for name, rule in zip(fields or error.context, rules, strict=True):
            for each in self.fields:
                if name == each.name or name in each.concerns:
                    found.setdefault(each.name, f"{rule[:1].upper()}{rule[1:]}." if rule else error.message)
        return found or {"": error.message}


def whole_number(name: str, text: str) -> int | None:
    """The number in a field, None where it is empty; InvalidInput for anything else."""
    if not text.strip():
        return None
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", text.strip()):
        raise refused(name, text, "must be a whole number above 0, or empty for no limit")
    return int(text)


def lines(text: str) -> list[tuple[str, str]]:
    """What stands before and behind the ` = ` of each line that is not empty; "" behind where there is none.

    Without spaces around it an `=` divides only a line that has no other sign of comparison: `>=100` is a name.
    """
    found = []
    for line in filter(str.strip, text.splitlines()):
        parts = _SPACED.split(line.strip(), maxsplit=1)
        if len(parts) == 1 and re.fullmatch(r"[^=<>!]+=[^=]+", parts[0]):
            parts = parts[0].split("=")
        found.append((parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""))
    return found


def slug(text: str) -> str:
    """A name for programs made of a name for people: `Favourite drink` becomes `favourite_drink`.

    What has no letter that a name may have gets a digest of its own, so that two such texts differ.
    """
    found = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:_NAME_LENGTH].rstrip("_")
    if not found:
        return f"p_{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}" if text else ""
    return found if found[0].isalpha() else f"p_{found}"[:_NAME_LENGTH]


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

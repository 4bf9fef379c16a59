"""`/model`: the picture of the data model, and beside it what is defined of the object type that was chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from api.endpoint import crm
from api.schemas.data_model import MEDIA_TYPES
from api.web import inspector
from api.web.assets import drawing as icon_drawing
from api.web.shell import blueprint, flash, signed_in
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import CATEGORIES, ObjectType
from crm_graph.diagram import counts, layout, svg
from crm_graph.diagram.counts import Counts
from crm_graph.diagram.export import FORMATS
from crm_graph.diagram.parts import Drawing
from crm_graph.unit import Actor, Unit

EXTENSIONS = {"svg": "svg", "mmd": "mermaid", "graphml": "graphml"}
"""Formats of files by the ends of their names."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page says: the object type in the middle, the tab beside it, categories left out."""

    focus: ObjectType | None = None
    tab: str = inspector.TABS[0]
    hidden: frozenset[str] = frozenset()

    def url(self, path: str = "/model", **changes: str | None) -> str:
        """The address of the same view but for what is named; None takes a part away."""
        parts = {
            "focus": self.focus.plural if self.focus else None,
            "tab": self.tab if self.focus and self.tab != inspector.TABS[0] else None,
            "hide": ",".join(sorted(self.hidden)) or None,
            **changes,
        }
        query = urlencode({name: value for name, value in parts.items() if value}, safe=",")
        return f"{path}?{query}" if query else path

    def toggled(self, name: str) -> str:
        """The address of the same view with the category shown or left out."""
        return self.url(hide=",".join(sorted(self.hidden ^ {name})))


@blueprint.get("/model")
@signed_in
def show_model(actor: Actor) -> ResponseReturnValue:
    """The whole model, or one object type with all that it may be associated with."""
    if wanted := request.args.get("find", "").strip():
        return redirect(crm().run(actor, lambda unit: _found(unit, wanted)).url())
    return crm().run(actor, _page)


@blueprint.get("/model/picture.<extension>")
@signed_in
def download_model(actor: Actor, extension: str) -> ResponseReturnValue:
    """The model, or what the page shows of it, as a file."""
    if extension not in EXTENSIONS:
        raise NotFound
    name = EXTENSIONS[extension]

    def work(unit: Unit) -> str:
        asked = _asked(unit)
        shown = _without(unit.model, asked.hidden, asked.focus)
        return FORMATS[name](shown, counts.counted(unit), asked.focus, icon_drawing)

    answer = Response(crm().run(actor, work), content_type=MEDIA_TYPES[name])
    answer.headers["Content-Disposition"] = f"attachment; filename=data-model.{extension}"
    return answer


def _page(unit: Unit) -> str:
    model = unit.model
    asked = _asked(unit)
    counted = counts.counted(unit)
    focus = asked.focus
    picture = svg.draw(_drawing(model, asked, counted), icons=icon_drawing, link=lambda plural: asked.url(focus=plural))
    return render_template(
        "model.html",
        asked=asked,
        categories=inspector.by_category(model),
        counts=counted,
        headings=inspector.headings(focus) if focus else (),
        inspector=inspector,
        kinds=sum(len([each for each in pair.types if not each.archived]) for pair in model.pairs.values()),
        number_of_types=sum(not each.archived for each in model.object_types.values()),
        may_change=unit.actor.is_super_admin,
        neighbours=inspector.neighbours(model, focus, counted) if focus else (),
        picture=Markup(picture),
    )


def _drawing(model: DataModel, asked: Asked, counted: Counts) -> Drawing:
    shown = _without(model, asked.hidden, asked.focus)
    return layout.focus(shown, counted, asked.focus) if asked.focus else layout.overview(shown, counted)


def _asked(unit: Unit) -> Asked:
    name, tab = request.args.get("focus", ""), request.args.get("tab", "")
    focus = unit.model.find_object_type(name) if name else None
    if name and focus is None:
        confirm(unit)  # another process may just have defined it
        raise NotFound(f"No object type is called “{name[:100]}”.")
    return Asked(
        focus=focus,
        tab=tab if tab in inspector.TABS else inspector.TABS[0],
        hidden=frozenset(CATEGORIES) & frozenset(request.args.get("hide", "").split(",")),
    )


def _found(unit: Unit, wanted: str) -> Asked:
    """The view of the object type that is called so, else of the first whose name begins with it, else has it in it."""
    confirm(unit)
    live = [each for _, those in inspector.by_category(unit.model) for each in those]
    folded = wanted.casefold()
    names = [(inspector.names(each), each) for each in live]
    begins = [each for given, each in names if any(name.startswith(folded) for name in given.split("\n"))]
    has = [each for given, each in names if folded in given]
    if found := unit.model.find_object_type(wanted) or next(iter([*begins, *has]), None):
        return Asked(found)
    flash(f"No object type is called “{wanted[:100]}”.")
    return Asked()


def _without(model: DataModel, hidden: frozenset[str], focus: ObjectType | None) -> DataModel:
    """The model without object types of hidden categories; the one in the middle stays."""
    if not hidden:
        return model
    kept = {name: each for name, each in model.object_types.items() if each is focus or each.category not in hidden}
    pairs = {name: each for name, each in model.pairs.items() if each.source in kept and each.target in kept}
    return replace(model, object_types=kept, pairs=pairs)

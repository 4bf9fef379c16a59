"""The whole data model with its counts: as JSON, as a picture, as files for other programs."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api.endpoint import Answer, anyone, endpoint
from api.schemas.data_model import MEDIA_TYPES, DataModelForm, DataModelQuery
from api.web import assets
from crm_graph.definitions.object_type import ObjectType
from crm_graph.diagram import plain
from crm_graph.diagram.counts import counted
from crm_graph.diagram.export import FOCUSED, FORMATS
from crm_graph.errors import InvalidInput
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "data_model", __name__, url_prefix="/crm/graph/v1", description="The whole data model with its counts"
)


@blueprint.route("/data-model")
@endpoint(query=DataModelQuery, scopes=anyone, form=DataModelForm, kept=True, texts=MEDIA_TYPES.values())
def read(unit: Unit, query: Body) -> Answer:
    """The data model as JSON, Mermaid, SVG or GraphML, with the counts of this moment."""
    name = query["format"]
    focus = _focus(unit, name, query["focus"])
    counts = counted(unit)
    if name == "json":
        return Answer(plain.shown(unit.model, counts), is_kept=True)
    text = FORMATS[name](unit.model, counts, focus, assets.drawing)
    return Answer(text, is_kept=True, media_type=MEDIA_TYPES[name])


def _focus(unit: Unit, name: str, given: str | None) -> ObjectType | None:
    if given is None:
        return None
    if name not in FOCUSED:
        raise InvalidInput(f"Invalid query parameter: focus: '{given}' needs a format of: {', '.join(FOCUSED)}.")
    found = unit.model.find_object_type(given)
    if found is None:
        raise InvalidInput(f"Invalid query parameter: focus: '{given}' is not the name of an object type.")
    return found

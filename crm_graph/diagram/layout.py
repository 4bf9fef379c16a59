"""Where everything is in a picture of the data model: `overview` of all of it, `focus` on one object type.

Both are fixed by the data model and the counts alone, so that the same model looks the same at every visit.
"""

from __future__ import annotations

from crm_graph.diagram.focus import focus
from crm_graph.diagram.overview import overview

__all__ = ["focus", "overview"]

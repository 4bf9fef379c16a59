"""Every error of the tree is drawn and raised somewhere; that each has a status is in `tests/api/test_errors.py`."""

from __future__ import annotations

import ast
import inspect

from crm_graph import errors
from tests.rules.test_layers import sources


def tree() -> dict[str, type[errors.CRMError]]:
    """Every error class by name."""
    return {
        name: found for name, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, errors.CRMError)
    }


def test_every_error_is_in_the_drawing_of_the_tree() -> None:
    drawing = errors.__doc__ or ""
    faults = [name for name in tree() if name not in drawing]
    assert not faults, "\n".join(faults)


def test_every_error_without_heirs_is_raised_somewhere() -> None:
    used = {
        node.id if isinstance(node, ast.Name) else node.attr
        for path, module in sources("crm_graph", "api")
        if path != "crm_graph/errors.py"
        for node in ast.walk(module)
        if isinstance(node, ast.Name | ast.Attribute)
    }
    leaves = [name for name, found in tree().items() if not found.__subclasses__()]
    faults = [name for name in leaves if name not in used]
    assert not faults, "\n".join(faults)

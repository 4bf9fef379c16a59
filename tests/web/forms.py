"""What tests send as the forms of pages."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

COOKIE = "crm_graph_session"


def form_token(page: TestResponse) -> str:
    """What the forms of the page send along."""
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page.text)
    assert found is not None
    return found[1]

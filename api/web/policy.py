"""What every page is sent with: the content policy and what keeps other sites out."""

from __future__ import annotations

from werkzeug.wrappers import Response

from api.web import notices, session

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Another site learns nothing of an address, and a form of ours still says where it comes from.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Pictures may be data: a drawing becomes a PNG in the browser."""


def dress(response: Response) -> Response:
    """The response as a page is sent: never kept, with the headers, and with the cookies that drawing it has made."""
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = "no-store"
    notices.add_to(response, secure=session.is_secure())
    session.add_form_cookie(response)
    return response

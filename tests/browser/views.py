"""Every page as browser tests look at it. A new page is one line here; `test_every_view.py` does the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.factories import Make


@dataclass(frozen=True, slots=True)
class View:
    """A page in one state. `path` may make what it shows; `status` is what the page is answered with."""

    name: str
    path: str | Callable[[Make], str]
    status: int = 200
    is_public: bool = False
    bytes_max: int = 600_000
    """What the page may weigh with everything that it loads, uncompressed."""

    def path_for(self, make: Make) -> str:
        """Where the browser goes, after what is shown there was made."""
        return self.path if isinstance(self.path, str) else self.path(make)


def busy_record(make: Make) -> str:
    """The page of a contact with a company that has a deal."""
    contact, company, deal = make.contact(firstname="Ada", lastname="Byron"), make.company(), make.deal()
    make.associated(contact, company)
    make.associated(company, deal)
    return f"/records/contacts/{contact.id}"


VIEWS = (
    View("home", "/"),
    View("model", "/model"),
    View("model-without-sales", "/model?hide=sales"),
    View("model-focus", "/model?focus=contacts"),
    View("model-properties", "/model?focus=contacts&tab=properties"),
    View("model-pipelines", "/model?focus=deals&tab=pipelines"),
    View("model-tools", "/model?focus=line_items&tab=tools"),
    View("new-object-type", "/model/new"),
    View("settings", "/model/deals/settings"),
    View("new-property", "/model/contacts/properties/new"),
    View("property", "/model/contacts/properties/lifecyclestage"),
    View("new-label", "/model/contacts/associations/new"),
    View("label", "/model/contacts/associations/1"),
    View("new-pipeline", "/model/deals/pipelines/new"),
    View("pipeline", "/model/deals/pipelines/default"),
    View("record", busy_record),
    View("record-alone", lambda make: f"/records/notes/{make.record('note', hs_timestamp='2026-01-01').id}"),
    View("api", "/docs", bytes_max=2_500_000),
    View("api-endpoint", "/docs#/Objects/objectsCreate", bytes_max=2_500_000),
    View("nowhere", "/nowhere", status=404),
    View("sign-in", "/sign-in", is_public=True),
    View("used-link", "/sign-in?code=used", status=403, is_public=True),
)

"""TABLE of requests with the statements that each issues: one row at least for every route of the API.

A statement is a round trip to the graph. What records cost is one, or has its reason here; a change
of definitions is locked, written and published in one transaction, which makes three.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.factories import email, unique
from tests.rules import asking
from tests.rules.asking import Account, Asked, ask

OBJECTS = "/crm/v3/objects/<object_type>"
V4 = "/crm/v4/objects/<from_type>/<from_id>/associations"
V4_BATCH = "/crm/v4/associations/<from_type>/<to_type>/batch"
V3 = "/crm/v3/objects/<from_type>/<from_id>/associations/<to_type>"
V3_BATCH = "/crm/v3/associations/<from_type>/<to_type>"
GRAPH = "/crm/graph/v1"
SCHEMAS = "/crm/v3/schemas"
PROPERTIES = "/crm/v3/properties/<object_type>"
VALIDATIONS = "/crm/v3/property-validations/<object_type>"
PIPELINES = "/crm/v3/pipelines/<object_type>"
STAGES = f"{PIPELINES}/<pipeline_id>/stages"
LABELS = "/crm/v4/associations/<from_type>/<to_type>/labels"
USE = "/crm/v3/limits"
LIMITS = "/crm/associations/v4/definitions/configurations"
LISTS = "/crm/v3/lists"
LIST = f"{LISTS}/<list_id>"
FOLDERS = f"{LISTS}/folders"

COMPANY = {"object_type": "companies"}
CONTACT = {"object_type": "contacts"}
PAIR = {"from_type": "contacts", "to_type": "companies"}


@dataclass(frozen=True, slots=True)
class Row:
    """A request and the statements that it issues; `what` tells it from others to the same route."""

    route: str
    statements: int
    request: Callable[[Account], Asked]
    what: str = ""

    @property
    def name(self) -> str:
        """How the request is called in a test."""
        return f"{self.route} {self.what}".rstrip()


RECORDS = (
    Row(f"GET {OBJECTS}", 1, lambda a: ask(**COMPANY)),
    Row(f"GET {OBJECTS}", 1, lambda a: ask(query={"archived": "true"}, **COMPANY), "archived"),
    Row(f"GET {OBJECTS}", 1, lambda a: ask(query={"properties": "name,domain"}, **COMPANY), "some properties"),
    # One more for the associations with each object type, for all histories, for all counts of one kind.
    Row(f"GET {OBJECTS}", 3, lambda a: a.list_of_companies(associations="contacts,deals"), "with associations"),
    Row(f"GET {OBJECTS}", 2, lambda a: a.list_of_companies(propertiesWithHistory="name"), "with history"),
    Row(f"GET {OBJECTS}", 2, lambda a: a.list_of_companies(properties="num_associated_contacts"), "with a count"),
    Row(f"POST {OBJECTS}", 1, lambda a: ask({"properties": {"name": unique()}}, **COMPANY)),
    Row(f"POST {OBJECTS}", 2, lambda a: ask(asking.to_one(a.company()), **CONTACT), "with associations"),
    Row(f"GET {OBJECTS}/<record_id>", 1, lambda a: ask(record_id=a.company(), **COMPANY)),
    Row(
        f"GET {OBJECTS}/<record_id>",
        1,
        lambda a: ask(query={"idProperty": "email"}, record_id=a.address(), **CONTACT),
        "by a unique property",
    ),
    Row(
        f"PATCH {OBJECTS}/<record_id>",
        1,
        lambda a: ask({"properties": {"name": unique()}}, record_id=a.company(), **COMPANY),
    ),
    Row(
        f"PATCH {OBJECTS}/<record_id>",
        2,
        lambda a: ask({"properties": {"lifecyclestage": "customer"}}, record_id=a.company(), **COMPANY),
        "under a rule",
    ),
    Row(
        f"PATCH {OBJECTS}/<record_id>",
        2,
        lambda a: ask({"properties": {"email": email()}}, record_id=a.contact(), **CONTACT),
        "of a unique value",
    ),
    Row(f"DELETE {OBJECTS}/<record_id>", 1, lambda a: ask(record_id=a.company(), **COMPANY)),
    # Both are found; then, in one transaction, they end, the new record is made, and it takes over.
    Row(
        f"POST {OBJECTS}/merge",
        4,
        lambda a: ask({"primaryObjectId": a.company(), "objectIdToMerge": a.company()}, **COMPANY),
    ),
    # Who has the address; what goes, what is blocked and which lists name it, in one transaction; for how long the
    # server keeps its logs.
    Row(
        f"POST {OBJECTS}/gdpr-delete",
        5,
        lambda a: ask({"objectId": a.address(), "idProperty": "email"}, **CONTACT),
    ),
    # What is archived is read, so that its claims are known, and the answer is the whole record.
    Row(
        f"POST {GRAPH}/objects/<object_type>/<record_id>/restore",
        3,
        lambda a: ask(record_id=a.archived_product(), object_type="products"),
    ),
    # The id may be that of a merged record.
    Row(f"DELETE {GRAPH}/objects/<object_type>/<record_id>", 2, lambda a: ask(record_id=a.company(), **COMPANY)),
    Row(
        f"POST {OBJECTS}/batch/create",
        1,
        lambda a: ask({"inputs": [{"properties": {"email": email()}} for _ in range(5)]}, **CONTACT),
    ),
    Row(f"POST {OBJECTS}/batch/read", 1, lambda a: ask(asking.by_id(a.company(), a.company()), **COMPANY)),
    Row(
        f"POST {OBJECTS}/batch/update",
        1,
        lambda a: ask(asking.changed(a.company(), a.company(), name=unique()), **COMPANY),
    ),
    Row(
        f"POST {OBJECTS}/batch/update",
        2,
        lambda a: ask(asking.changed(a.company(), a.company(), lifecyclestage="customer"), **COMPANY),
        "under a rule",
    ),
    Row(f"POST {OBJECTS}/batch/upsert", 2, lambda a: ask(asking.by_email(email(), email()), **CONTACT), "of new ones"),
    Row(
        f"POST {OBJECTS}/batch/upsert",
        2,
        lambda a: ask(asking.by_email(a.address(), a.address()), **CONTACT),
        "of known ones",
    ),
    # Who is known is asked first; then these are updated and the others made, in one transaction.
    Row(f"POST {OBJECTS}/batch/upsert", 3, lambda a: ask(asking.by_email(a.address(), email()), **CONTACT), "of both"),
    Row(f"POST {OBJECTS}/batch/archive", 1, lambda a: ask(asking.by_id(a.company(), a.company()), **COMPANY)),
    Row(f"POST {OBJECTS}/search", 1, lambda a: ask({}, **COMPANY)),
    Row(f"POST {OBJECTS}/search", 1, lambda a: ask({"query": "roastery"}, **COMPANY), "for words"),
    Row(
        f"POST {OBJECTS}/search",
        1,
        lambda a: ask(asking.where("associations.contact", "EQ", a.contact()), **COMPANY),
        "for associated records",
    ),
    # Records without a value come last, and the index that gives the others in order does not have them.
    Row(
        f"POST {OBJECTS}/search",
        2,
        lambda a: ask({"sorts": ["hs_sku"], "limit": 200}, object_type="products"),
        "to the end of an index",
    ),
)

ASSOCIATIONS = (
    Row(f"GET {V4}/<to_type>", 1, lambda a: ask(**a.ends())),
    Row(f"PUT {V4}/default/<to_type>/<to_id>", 1, lambda a: ask(**a.ends())),
    Row(f"PUT {V4}/<to_type>/<to_id>", 1, lambda a: ask(asking.custom(a.label()), **a.ends())),
    Row(f"DELETE {V4}/<to_type>/<to_id>", 1, lambda a: ask(**a.ends())),
    Row(f"POST {V4_BATCH}/create", 1, lambda a: ask(a.pairs(types=asking.unlabelled()), **PAIR)),
    Row(f"POST {V4_BATCH}/associate/default", 1, lambda a: ask(a.pairs(), **PAIR)),
    Row(f"POST {V4_BATCH}/read", 1, lambda a: ask(asking.by_id(a.ends()["from_id"], a.ends()["from_id"]), **PAIR)),
    Row(f"POST {V4_BATCH}/archive", 1, lambda a: ask(asking.several(a.pairs()), **PAIR)),
    Row(f"POST {V4_BATCH}/labels/archive", 1, lambda a: ask(a.pairs(types=asking.custom(a.label())), **PAIR)),
    Row(f"GET {V3}", 1, lambda a: ask(**a.ends())),
    # The contract answers with the record and what it is associated with: written, and both read.
    Row(f"PUT {V3}/<to_id>/<association_type>", 3, lambda a: ask(association_type="contact_to_company", **a.ends())),
    Row(f"DELETE {V3}/<to_id>/<association_type>", 1, lambda a: ask(association_type="contact_to_company", **a.ends())),
    Row(f"POST {V3_BATCH}/batch/create", 1, lambda a: ask(a.pairs(type="contact_to_company"), **PAIR)),
    Row(
        f"POST {V3_BATCH}/batch/read", 1, lambda a: ask(asking.by_id(a.ends()["from_id"], a.ends()["from_id"]), **PAIR)
    ),
    Row(f"POST {V3_BATCH}/batch/archive", 1, lambda a: ask(a.pairs(type="contact_to_company"), **PAIR)),
    Row(f"GET {V3_BATCH}/types", 1, lambda a: ask(**PAIR)),
)

ACCOUNT = (
    Row("GET /account-info/v3/details", 1, lambda a: ask()),
    Row("POST /oauth/v2/private-apps/get/access-token-info", 1, lambda a: ask({"tokenKey": a.secret})),
    Row("GET /integrations/v1/me", 1, lambda a: ask()),
    Row("GET /account-info/v3/api-usage/daily/private-apps", 1, lambda a: ask()),
    Row("GET /calling/v1/dispositions", 1, lambda a: ask()),
    Row("GET /owners/v2/owners", 1, lambda a: ask()),
    Row("POST /crm/v4/associations/usage/high-usage-report/<user_id>", 1, lambda a: ask(user_id="1")),
    *(
        Row(f"GET {USE}/{name}", 1, lambda a: ask())
        for name in (
            "records",
            "custom-properties",
            "calculated-properties",
            "custom-object-types",
            "pipelines",
            "associations/labels",
            "associations/records/from",
        )
    ),
    Row(f"GET {USE}/associations/records/<from_type>/to", 1, lambda a: ask(from_type="contacts")),
    Row(f"GET {USE}/associations/records/<from_type>/<to_type>", 1, lambda a: ask(**PAIR)),
    Row("GET /crm/v3/owners", 1, lambda a: ask()),
    Row("GET /crm/v3/owners/<owner_id>", 1, lambda a: ask(owner_id="1")),
    Row(f"POST {GRAPH}/tokens", 1, lambda a: ask({"name": unique()})),
    Row(f"GET {GRAPH}/tokens", 1, lambda a: ask()),
    Row(f"DELETE {GRAPH}/tokens/<token_id>", 1, lambda a: ask(token_id=a.token())),
    Row(f"POST {GRAPH}/apps", 1, lambda a: ask({"name": unique(), "redirectUris": [asking.REDIRECT], "scopes": []})),
    Row(f"GET {GRAPH}/apps", 1, lambda a: ask()),
    Row(f"DELETE {GRAPH}/apps/<app_id>", 1, lambda a: ask(app_id=str(a.app()["id"]))),
    Row(
        f"POST {GRAPH}/apps/<app_id>/authorizations",
        1,
        lambda a: ask(
            {"redirectUri": asking.REDIRECT, "scopes": ["crm.objects.contacts.read"]}, app_id=str(a.app()["id"])
        ),
    ),
    Row("POST /oauth/v1/token", 1, lambda a: ask(form=a.grant())),
    Row("POST /oauth/v3/token", 1, lambda a: ask(form=a.grant())),
    Row("GET /oauth/v1/access-tokens/<token>", 1, lambda a: ask(token=a.granted()["access_token"])),
    Row("GET /oauth/v1/refresh-tokens/<token>", 1, lambda a: ask(token=a.granted()["refresh_token"])),
    Row("DELETE /oauth/v1/refresh-tokens/<token>", 1, lambda a: ask(token=a.granted()["refresh_token"])),
    # Whether the app is who it says, and the token.
    Row("POST /oauth/v3/token/introspect", 2, lambda a: ask(form=a.about_token())),
    Row("POST /oauth/v3/token/revoke", 2, lambda a: ask(form=a.about_token())),
    # Whether definitions and access still hold; what is new is numbered; what is numbered is read.
    Row(f"GET {GRAPH}/changes", 3, lambda a: ask()),
    # How many wait; the job.
    Row(f"POST {GRAPH}/imports", 2, lambda a: ask(form=asking.import_form())),
    Row(f"GET {GRAPH}/imports", 1, lambda a: ask()),
    Row(f"GET {GRAPH}/imports/<import_id>", 2, lambda a: ask(import_id=a.cancelled_import())),
    Row(f"GET {GRAPH}/imports/<import_id>/errors", 2, lambda a: ask(import_id=a.cancelled_import())),
    # Whether it waited, so that its files can go at once, is seen afterwards.
    Row(f"POST {GRAPH}/imports/<import_id>/cancel", 3, lambda a: ask(import_id=a.cancelled_import())),
)

DEFINITIONS = (
    Row(f"GET {SCHEMAS}", 1, lambda a: ask()),
    # Six writes: two counters, the object type, its groups, its properties, all its associations.
    Row(f"POST {SCHEMAS}", 8, lambda a: ask(asking.schema())),
    Row(f"POST {SCHEMAS}/batch/read", 1, lambda a: ask({"inputs": [a.schema()]})),
    Row(f"GET {SCHEMAS}/<name>", 1, lambda a: ask(name=a.schema())),
    Row(f"PATCH {SCHEMAS}/<name>", 3, lambda a: ask({"description": "Another"}, name=a.schema())),
    # Published as closing, then begun anew, since records may be under way, and published once more.
    Row(f"DELETE {SCHEMAS}/<name>", 11, lambda a: ask(name=a.schema())),
    Row(f"DELETE {SCHEMAS}/<name>", 6, lambda a: ask(query={"archived": "true"}, name=a.archived_schema()), "for good"),
    Row(f"POST {SCHEMAS}/<name>/associations", 4, lambda a: asking.to_products(a.schema())),
    Row(f"DELETE {SCHEMAS}/<name>/associations/<identifier>", 4, lambda a: ask(**a.association())),
    Row(f"GET {GRAPH}/object-types", 1, lambda a: ask()),
    Row(f"GET {GRAPH}/object-types/<object_type>", 1, lambda a: ask(**COMPANY)),
    # Display names are published before indexes are made; the work is then begun anew.
    Row(f"PATCH {GRAPH}/object-types/<object_type>", 8, lambda a: asking.renamed(a.schema())),
    Row(f"GET {GRAPH}/data-model", 1, lambda a: ask()),
    Row(f"GET {GRAPH}/data-model", 1, lambda a: ask(query={"format": "svg", "focus": "deals"}), "as a picture"),
    Row("GET /crm/v3/object-library/enablement", 1, lambda a: ask()),
    Row("GET /crm/v3/object-library/enablement/<object_type>", 1, lambda a: ask(**COMPANY)),
    Row(f"GET {PROPERTIES}", 1, lambda a: ask(**COMPANY)),
    Row(f"POST {PROPERTIES}", 3, lambda a: ask(asking.text_property(), **COMPANY)),
    Row(f"GET {PROPERTIES}/<name>", 1, lambda a: ask(name="name", **COMPANY)),
    Row(f"PATCH {PROPERTIES}/<name>", 3, lambda a: ask({"label": "Another"}, name=a.property(), **COMPANY)),
    Row(f"DELETE {PROPERTIES}/<name>", 4, lambda a: ask(name=a.property(), **COMPANY)),
    Row(
        f"POST {PROPERTIES}/batch/create",
        3,
        lambda a: ask({"inputs": [asking.text_property(), asking.text_property()]}, **COMPANY),
    ),
    Row(
        f"POST {PROPERTIES}/batch/read", 1, lambda a: ask({"archived": False, "inputs": [{"name": "name"}]}, **COMPANY)
    ),
    Row(f"POST {PROPERTIES}/batch/archive", 4, lambda a: ask({"inputs": [{"name": a.property()}]}, **COMPANY)),
    Row(f"GET {PROPERTIES}/groups", 1, lambda a: ask(**COMPANY)),
    Row(f"POST {PROPERTIES}/groups", 3, lambda a: ask(asking.group(), **COMPANY)),
    Row(f"GET {PROPERTIES}/groups/<name>", 1, lambda a: ask(name="companyinformation", **COMPANY)),
    Row(f"PATCH {PROPERTIES}/groups/<name>", 3, lambda a: ask({"label": "Another"}, name=a.group(), **COMPANY)),
    Row(f"DELETE {PROPERTIES}/groups/<name>", 3, lambda a: ask(name=a.group(), **COMPANY)),
    Row(f"GET {VALIDATIONS}", 1, lambda a: ask(**COMPANY)),
    Row(f"GET {VALIDATIONS}/<name>", 1, lambda a: ask(name="name", **COMPANY)),
    Row(f"GET {VALIDATIONS}/<name>/rule-type/<rule_type>", 1, lambda a: ask(**a.validation())),
    # What permits less waits for writes that are open.
    Row(
        f"PUT {VALIDATIONS}/<name>/rule-type/<rule_type>", 3, lambda a: ask({"ruleArguments": ["9"]}, **a.validation())
    ),
    Row(f"DELETE {VALIDATIONS}/<name>/rule-type/<rule_type>", 3, lambda a: ask(**a.validation())),
    Row(f"GET {PIPELINES}", 1, lambda a: ask(object_type="deals")),
    Row(f"POST {PIPELINES}", 3, lambda a: ask(asking.pipeline(), object_type="deals")),
    Row(f"GET {PIPELINES}/<pipeline_id>", 1, lambda a: ask(**a.pipeline())),
    Row(f"PUT {PIPELINES}/<pipeline_id>", 3, lambda a: ask(asking.pipeline(), **a.pipeline())),
    Row(
        f"PUT {PIPELINES}/<pipeline_id>",
        10,
        lambda a: ask(asking.pipeline(), query={"validateReferencesBeforeDelete": "true"}, **a.pipeline()),
        "unless stages are used",
    ),
    Row(f"PATCH {PIPELINES}/<pipeline_id>", 3, lambda a: ask({"label": unique()}, **a.pipeline())),
    Row(f"DELETE {PIPELINES}/<pipeline_id>", 3, lambda a: ask(**a.pipeline())),
    Row(f"GET {PIPELINES}/<pipeline_id>/audit", 1, lambda a: ask(**a.pipeline())),
    Row(f"GET {STAGES}", 1, lambda a: ask(**a.pipeline())),
    Row(f"POST {STAGES}", 3, lambda a: ask(asking.stage(), **a.pipeline())),
    Row(f"GET {STAGES}/<stage_id>", 1, lambda a: ask(**a.pipeline())),
    Row(f"PUT {STAGES}/<stage_id>", 3, lambda a: ask(asking.stage(), **a.pipeline())),
    Row(f"PATCH {STAGES}/<stage_id>", 3, lambda a: ask({"label": unique(), "metadata": {}}, **a.pipeline())),
    Row(f"DELETE {STAGES}/<stage_id>", 3, lambda a: ask(**a.pipeline())),
    Row(f"GET {STAGES}/<stage_id>/audit", 1, lambda a: ask(**a.pipeline())),
    Row(f"GET {LABELS}", 1, lambda a: ask(**PAIR)),
    Row(f"POST {LABELS}", 4, lambda a: ask(asking.label(), **PAIR)),
    Row(f"PUT {LABELS}", 3, lambda a: ask({"associationTypeId": a.label(), "label": unique()}, **PAIR)),
    Row(f"DELETE {LABELS}/<type_id>", 4, lambda a: ask(type_id=str(a.label()), **PAIR)),
    Row(f"GET {LIMITS}/all", 1, lambda a: ask()),
    Row(f"GET {LIMITS}/<from_type>/<to_type>", 1, lambda a: ask(**PAIR)),
    Row(f"POST {LIMITS}/<from_type>/<to_type>/batch/create", 3, lambda a: ask(asking.limit(a.label()), **PAIR)),
    Row(f"POST {LIMITS}/<from_type>/<to_type>/batch/update", 3, lambda a: ask(asking.limit(a.label()), **PAIR)),
    Row(f"POST {LIMITS}/<from_type>/<to_type>/batch/purge", 3, lambda a: ask(asking.limit(a.label()), **PAIR)),
)

# A list is read before its members are, since its filters and its object type make the statement.
SEGMENTS = (
    Row(f"GET {LISTS}", 1, lambda a: ask(query={"listIds": a.list("MANUAL")})),
    Row(f"POST {LISTS}", 1, lambda a: ask(asking.new_list("MANUAL"))),
    Row(f"POST {LISTS}", 1, lambda a: ask(asking.new_list("DYNAMIC", asking.branch())), "by filters"),
    Row(
        f"POST {LISTS}",
        2,
        lambda a: ask(asking.new_list("DYNAMIC", asking.in_list(a.list("DYNAMIC")))),
        "by another list",
    ),
    # The members that the filters find are read, then written, batch by batch.
    Row(
        f"POST {LISTS}", 3, lambda a: ask(asking.new_list("SNAPSHOT", asking.branch(a.named_company()))), "of a moment"
    ),
    Row(f"POST {LISTS}/search", 1, lambda a: ask({})),
    Row(f"GET {LIST}", 2, lambda a: ask(list_id=a.list("DYNAMIC"))),
    Row(f"DELETE {LIST}", 1, lambda a: ask(list_id=a.list("DYNAMIC"))),
    Row(f"PUT {LIST}/restore", 2, lambda a: ask(list_id=a.deleted_list())),
    Row(
        f"GET {LISTS}/object-type-id/<object_type>/name/<path:list_name>",
        1,
        lambda a: ask(list_name=a.list_name(), **COMPANY),
    ),
    Row(f"PUT {LIST}/update-list-name", 2, lambda a: ask(query={"listName": unique()}, list_id=a.list("MANUAL"))),
    Row(
        f"PUT {LIST}/update-list-filters",
        2,
        lambda a: ask({"filterBranch": asking.branch()}, list_id=a.list("DYNAMIC")),
    ),
    Row(f"GET {LIST}/memberships", 2, lambda a: ask(list_id=a.filled_list())),
    Row(f"GET {LIST}/memberships", 2, lambda a: ask(list_id=a.list("DYNAMIC")), "by filters"),
    Row(f"GET {LIST}/memberships/join-order", 2, lambda a: ask(list_id=a.filled_list())),
    # Those whose time is known, then the others.
    Row(f"GET {LIST}/memberships/join-order", 3, lambda a: ask(list_id=a.list("DYNAMIC")), "by filters"),
    Row(f"DELETE {LIST}/memberships", 2, lambda a: ask(list_id=a.filled_list())),
    Row(f"PUT {LIST}/memberships/add", 2, lambda a: ask([a.company()], list_id=a.list("MANUAL"))),
    Row(f"PUT {LIST}/memberships/remove", 2, lambda a: ask([a.company()], list_id=a.list("MANUAL"))),
    Row(
        f"PUT {LIST}/memberships/add-and-remove",
        3,
        lambda a: ask({"recordIdsToAdd": [a.company()], "recordIdsToRemove": [a.company()]}, list_id=a.list("MANUAL")),
    ),
    Row(
        f"PUT {LIST}/memberships/add-from/<source_id>",
        4,
        lambda a: ask(list_id=a.list("MANUAL"), source_id=a.filled_list()),
    ),
    # One for all lists of the object type, and one for some fifty of them.
    Row(
        f"GET {LISTS}/records/<object_type>/<record_id>/memberships",
        2,
        lambda a: ask(object_type="products", record_id=a.record("products", name=unique())),
    ),
    Row(
        f"POST {LISTS}/records/memberships/batch/read",
        2,
        lambda a: ask(
            {"inputs": [{"objectTypeId": "0-7", "recordId": a.record("products", name=unique())} for _ in range(3)]}
        ),
    ),
    Row(f"GET {FOLDERS}", 1, lambda a: ask()),
    Row(f"POST {FOLDERS}", 2, lambda a: ask({"name": unique()})),
    Row(f"PUT {FOLDERS}/move-list", 3, lambda a: ask({"listId": a.list("MANUAL"), "newFolderId": a.folder()})),
    Row(f"DELETE {FOLDERS}/<folder_id>", 2, lambda a: ask(folder_id=a.folder())),
    Row(f"PUT {FOLDERS}/<folder_id>/move/<parent_id>", 2, lambda a: ask(folder_id=a.folder(), parent_id=a.folder())),
    Row(f"PUT {FOLDERS}/<folder_id>/rename", 2, lambda a: ask(query={"newFolderName": unique()}, folder_id=a.folder())),
    Row(f"GET {LISTS}/idmapping", 1, lambda a: ask(query={"legacyListId": a.list("MANUAL")})),
    Row(f"POST {LISTS}/idmapping", 1, lambda a: ask([a.list("MANUAL")])),
    Row(f"GET {LIST}/schedule-conversion", 1, lambda a: ask(list_id=a.converted_list())),
    Row(f"PUT {LIST}/schedule-conversion", 2, lambda a: ask(asking.conversion(), list_id=a.list("DYNAMIC"))),
    Row(f"DELETE {LIST}/schedule-conversion", 2, lambda a: ask(list_id=a.converted_list())),
    Row(
        f"GET {LIST}/size-and-edits-history/between",
        2,
        lambda a: ask(query={"startDate": "2026-01-01", "endDate": "2026-02-01"}, list_id=a.filled_list()),
    ),
)

ROWS = (*RECORDS, *ASSOCIATIONS, *ACCOUNT, *DEFINITIONS, *SEGMENTS)

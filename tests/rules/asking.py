"""Makes what requests are about, and their bodies, with nothing in them but what matters."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import FileStorage

from tests.api.client import Client
from tests.factories import email, unique

Body = Any

PREFIX = "asked_"
"""What the names of all definitions begin with that are made here."""

REDIRECT = "https://app.example/callback"

MAPPING = b"""
name = "people"
[[files]]
path = "people.csv"
[[files.records]]
object_type = "contact"
key = { column = "mail", property = "email" }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request names in its path, and what else it sends; `form` is a body of several parts."""

    path: Mapping[str, str]
    body: Body = None
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] | None = None


def ask(
    body: Body = None, *, query: Mapping[str, str] | None = None, form: Mapping[str, Any] | None = None, **path: str
) -> Asked:
    """A request with these path arguments."""
    return Asked(path=path, body=body, query=query or {}, form=form)


class Account:
    """Makes what a request is about, by requests of its own; what is made is used by nobody else."""

    def __init__(self, client: Client, secret: str) -> None:
        self._client = client
        self.secret = secret

    def done(self, method: str, path: str, body: Body = None, **options: Any) -> Any:
        """The body of the answer to a request that must succeed."""
        answer = self._client.call(method, path, body, **options)
        assert answer.status_code < 300, answer.text
        return answer.get_json() if answer.data else None

    def record(self, plural: str, **properties: str) -> str:
        """The id of a new record."""
        return str(self.done("POST", f"/crm/v3/objects/{plural}", {"properties": properties})["id"])

    def contact(self) -> str:
        """The id of a new contact."""
        return self.record("contacts", email=email())

    def company(self) -> str:
        """The id of a new company."""
        return self.record("companies", name=unique("Company "))

    def list_of_companies(self, **query: str) -> Asked:
        """A page of companies, of which there is one with a contact."""
        self.ends()
        return ask(query=query, object_type="companies")

    def archived_product(self) -> str:
        """The id of an archived product."""
        product = self.record("products", name=unique())
        self.done("DELETE", f"/crm/v3/objects/products/{product}")
        return product

    def address(self) -> str:
        """The e-mail address of a new contact."""
        address = email()
        self.record("contacts", email=address)
        return address

    def ends(self) -> dict[str, str]:
        """Path arguments for a contact and a company that are associated."""
        contact, company = self.contact(), self.company()
        self.done("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}")
        return {"from_type": "contacts", "from_id": contact, "to_type": "companies", "to_id": company}

    def pairs(self, **more: Any) -> Body:
        """Inputs of a batch about contacts and companies that are associated."""
        ends = [self.ends() for _ in range(3)]
        return {"inputs": [{"from": {"id": each["from_id"]}, "to": {"id": each["to_id"]}, **more} for each in ends]}

    def property(self, **given: Any) -> str:
        """The name of a new property of companies."""
        return str(self.done("POST", "/crm/v3/properties/companies", text_property(**given))["name"])

    def validation(self) -> dict[str, str]:
        """Path arguments for the rule of a new property of companies."""
        found = {"object_type": "companies", "name": self.property(), "rule_type": "MAX_LENGTH"}
        path = f"/crm/v3/property-validations/companies/{found['name']}/rule-type/MAX_LENGTH"
        self.done("PUT", path, {"ruleArguments": ["20"]})
        return found

    def group(self) -> str:
        """The name of a new group of properties of companies."""
        return str(self.done("POST", "/crm/v3/properties/companies/groups", group())["name"])

    def pipeline(self) -> dict[str, str]:
        """Path arguments for a new pipeline of deals and one of its stages."""
        made = self.done("POST", "/crm/v3/pipelines/deals", pipeline())
        return {"object_type": "deals", "pipeline_id": made["id"], "stage_id": made["stages"][0]["id"]}

    def label(self) -> int:
        """The id of a new label from contacts to companies."""
        return int(self.done("POST", "/crm/v4/associations/contacts/companies/labels", label())["results"][0]["typeId"])

    def schema(self) -> str:
        """The name of a new custom object type."""
        return str(self.done("POST", "/crm/v3/schemas", schema())["name"])

    def archived_schema(self) -> str:
        """The name of a custom object type that was removed."""
        name = self.schema()
        self.done("DELETE", f"/crm/v3/schemas/{name}")
        return name

    def association(self) -> dict[str, str]:
        """Path arguments for a custom object type and a definition of its associations."""
        name = self.schema()
        made = self.done("POST", f"/crm/v3/schemas/{name}/associations", to_products(name).body)
        return {"name": name, "identifier": made["id"]}

    def token(self) -> str:
        """The id of a new token."""
        return str(self.done("POST", "/crm/graph/v1/tokens", {"name": unique()})["id"])

    def app(self) -> Body:
        """A new app."""
        given = {"name": unique(), "redirectUris": [REDIRECT], "scopes": ["crm.objects.contacts.read"]}
        return self.done("POST", "/crm/graph/v1/apps", given)

    def grant(self) -> dict[str, str]:
        """The form by which a new app gets tokens for a code."""
        app = self.app()
        code = self.done("POST", f"/crm/graph/v1/apps/{app['id']}/authorizations", {"redirectUri": REDIRECT})["code"]
        client = {"client_id": app["clientId"], "client_secret": app["clientSecret"]}
        return {**client, "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}

    def granted(self) -> dict[str, str]:
        """Client id and secret of a new app, with the tokens that it got."""
        form = self.grant()
        tokens = self.done("POST", "/oauth/v1/token", data=form)
        return {**form, "access_token": tokens["access_token"], "refresh_token": tokens["refresh_token"]}

    def about_token(self) -> dict[str, str]:
        """The form by which a new app asks about its access token."""
        granted = self.granted()
        return {**granted, "token": granted["access_token"]}

    def list(self, processing_type: str) -> str:
        """The id of a new list of companies, which is empty."""
        given = None if processing_type == "MANUAL" else branch()
        return str(self.done("POST", "/crm/v3/lists", new_list(processing_type, given))["list"]["listId"])

    def list_name(self) -> str:
        """The name of a new list of companies."""
        return str(self.done("GET", f"/crm/v3/lists/{self.list('MANUAL')}")["list"]["name"])

    def filled_list(self) -> str:
        """The id of a list of companies that has one member."""
        list_id = self.list("MANUAL")
        self.done("PUT", f"/crm/v3/lists/{list_id}/memberships/add", [self.company()])
        return list_id

    def deleted_list(self) -> str:
        """The id of a list that was deleted."""
        list_id = self.list("MANUAL")
        self.done("DELETE", f"/crm/v3/lists/{list_id}")
        return list_id

    def converted_list(self) -> str:
        """The id of a dynamic list that is to be filled by hand some day."""
        list_id = self.list("DYNAMIC")
        self.done("PUT", f"/crm/v3/lists/{list_id}/schedule-conversion", conversion())
        return list_id

    def named_company(self) -> str:
        """The name of a new company."""
        name = unique()
        self.record("companies", name=name)
        return name

    def folder(self) -> str:
        """The id of a new folder of lists."""
        return str(self.done("POST", "/crm/v3/lists/folders", {"name": unique()})["folder"]["id"])

    def cancelled_import(self) -> str:
        """The id of an import that no worker takes up."""
        job_id = str(self.done("POST", "/crm/graph/v1/imports", data=import_form())["id"])
        self.done("POST", f"/crm/graph/v1/imports/{job_id}/cancel")
        return job_id


def new_list(processing_type: str, given: Body = None) -> Body:
    """A new list of companies."""
    body = {"name": unique(), "objectTypeId": "0-2", "processingType": processing_type}
    return body if given is None else {**body, "filterBranch": given}


def branch(name: str = "") -> Body:
    """Filters by the name of a company."""
    operation = {"operationType": "STRING", "operator": "IS_EQUAL_TO", "value": name or unique()}
    return _root({"filterType": "PROPERTY", "property": "name", "operation": operation})


def in_list(list_id: str) -> Body:
    """Filters by another list."""
    return _root({"filterType": "IN_LIST", "operator": "IN_LIST", "listId": list_id})


def _root(condition: Body) -> Body:
    return {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": [condition]}]}


def conversion() -> Body:
    """When a list is to be filled by hand."""
    return {"conversionType": "INACTIVITY", "offset": 3, "timeUnit": "WEEK"}


def by_id(*ids: str) -> Body:
    """Inputs that name records."""
    return {"inputs": [{"id": record_id} for record_id in ids]}


def changed(*ids: str, **properties: str) -> Body:
    """Inputs that change records."""
    return {"inputs": [{"id": record_id, "properties": properties} for record_id in ids]}


def by_email(*addresses: str) -> Body:
    """Inputs that change contacts or make them."""
    values = {"firstname": "Ann"}
    return {"inputs": [{"id": each, "idProperty": "email", "properties": values} for each in addresses]}


def to_one(far_id: str) -> Body:
    """A contact that is made with an association to a company."""
    return {"properties": {"email": email()}, "associations": [{"to": {"id": far_id}, "types": unlabelled()}]}


def several(pairs: Body) -> Body:
    """The inputs with far records in lists."""
    return {"inputs": [{"from": each["from"], "to": [each["to"]]} for each in pairs["inputs"]]}


def unlabelled() -> Body:
    """The type of contacts and companies without a label."""
    return [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]


def custom(type_id: int) -> Body:
    """A custom label."""
    return [{"associationCategory": "USER_DEFINED", "associationTypeId": type_id}]


def where(name: str, operator: str, value: str) -> Body:
    """A search with one filter."""
    return {"filters": [{"propertyName": name, "operator": operator, "value": value}]}


def text_property(**given: Any) -> Body:
    """A new property."""
    name = unique(PREFIX)
    return {
        "name": name,
        "label": name,
        "type": "string",
        "fieldType": "text",
        "groupName": "companyinformation",
        **given,
    }


def group() -> Body:
    """A new group of properties."""
    name = unique(PREFIX)
    return {"name": name, "label": name, "displayOrder": 1}


def pipeline() -> Body:
    """A new pipeline with two stages."""
    name = unique(PREFIX)
    return {"pipelineId": name, "label": name, "displayOrder": 9, "stages": [stage(), stage()]}


def stage() -> Body:
    """A new stage of deals."""
    name = unique()
    return {"stageId": name, "label": name, "displayOrder": 0, "metadata": {"probability": "0.5"}}


def label() -> Body:
    """A new pair of labels."""
    name = unique(PREFIX)
    return {"name": name, "label": f"Label {name}", "inverseLabel": f"Inverse {name}"}


def limit(type_id: int) -> Body:
    """A limit of a custom label."""
    return {"inputs": [{"category": "USER_DEFINED", "typeId": type_id, "maxToObjectIds": 5}]}


def schema() -> Body:
    """A new custom object type."""
    name = unique(PREFIX)
    labels = {"singular": name, "plural": f"{name}s"}
    return {"name": name, "labels": labels, "properties": [{"name": "model", "label": "Model"}]}


def renamed(name: str) -> Asked:
    """Another display name for an object type."""
    return ask({"labels": {"singular": unique()}}, object_type=name)


def to_products(name: str) -> Asked:
    """A definition by which records of a custom object type may be associated with products."""
    return ask({"fromObjectTypeId": name, "toObjectTypeId": "product", "name": unique()}, name=name)


def import_form() -> Mapping[str, Any]:
    """A mapping and its file."""
    mapping = FileStorage(io.BytesIO(MAPPING), "people.toml", "mapping")
    return {"mapping": mapping, "files": [FileStorage(io.BytesIO(b"mail\n"), "people.csv", "files")]}

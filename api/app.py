"""The web application: middleware, blueprints and errors, wired in one visible function.

access log → whole bodies → admission (and /health) → aliases → Flask
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask_smorest import Blueprint
from flask_smorest.spec.plugins import FlaskPlugin

from api import account_document, errors, openapi
from api.access_log import AccessLog
from api.admission import Admission
from api.aliases import Aliases
from api.bodies import WholeBodies
from api.resources import (
    accounts,
    apps,
    associations,
    associations_v3,
    batch,
    data_model,
    feed,
    graph_objects,
    imports,
    labels,
    limit_usage,
    limits,
    lists,
    oauth,
    object_types,
    objects,
    owners,
    pipelines,
    properties,
    property_validations,
    search,
    tokens,
)
from api.web import assets, pages, refusals
from crm_graph.accounts.usage_writer import UsageWriter
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions import catalogue
from crm_graph.errors import CRMError
from crm_graph.graph.monitor import Monitor

BLUEPRINTS: tuple[Blueprint, ...] = (
    objects.blueprint,
    batch.blueprint,
    associations.records,
    associations.batches,
    associations_v3.records,
    associations_v3.batches,
    search.blueprint,
    graph_objects.blueprint,
    feed.blueprint,
    data_model.blueprint,
    object_types.schemas,
    object_types.types,
    object_types.library,
    properties.blueprint,
    property_validations.blueprint,
    pipelines.blueprint,
    labels.blueprint,
    limits.blueprint,
    limit_usage.blueprint,
    lists.blueprint,
    owners.blueprint,
    owners.older,
    accounts.blueprint,
    tokens.blueprint,
    apps.blueprint,
    oauth.blueprint,
    imports.blueprint,
)


def create_app(
    settings: Settings, crm: Crm | None = None, *, monitor: Monitor | None = None, access_log: Path | None = None
) -> Flask:
    """The application of one account; `access_log` is the file that gets a line for every request.

    Raises AssetsMissing where the files of the pages were not fetched: an API whose pages are bare would hide it.
    """
    assets.require()
    catalogue.load()  # before the first request rather than in it
    app = Flask("api", static_folder=None)
    app.request_class = imports.SpoolingRequest
    app.config["MAX_CONTENT_LENGTH"] = settings.limits.body_bytes
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.url_map.merge_slashes = False
    app.extensions["settings"] = settings
    app.extensions["crm"] = crm or Crm(settings)
    app.extensions["usage"] = UsageWriter(app.extensions["crm"])
    graph = app.extensions["crm"].graph
    app.extensions["monitor"] = monitor = monitor or Monitor(settings, lambda: graph.answered_at)
    errors.register(app, settings.account_id)
    openapi.register(app, BLUEPRINTS)
    app.add_url_rule("/openapi.json", "openapi", account_document.serve)
    app.register_blueprint(pages.blueprint)
    refusals.register(app)
    application: Any = Aliases(app.wsgi_app)
    application = WholeBodies(Admission(application, settings, monitor, partial(refusals.page_outside, app)))
    if access_log is not None:
        application = AccessLog(application, access_log)
    app.wsgi_app = application  # type: ignore[method-assign]
    monitor.start()
    return app


def routes() -> list[tuple[str, str]]:
    """Method and path of every route of the API, with `{name}` for what a client fills in; no account is needed."""
    app = Flask("api", static_folder=None)
    openapi.register(app, BLUEPRINTS)
    nouns = {blueprint.name for blueprint in BLUEPRINTS}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in nouns]
    return sorted(
        (method, FlaskPlugin.flaskpath2openapi(rule.rule))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def close(app: Flask) -> None:
    """End the threads of the application and the connections to the graph."""
    app.extensions["usage"].stop()
    app.extensions["monitor"].stop()
    app.extensions["crm"].close()


def app_from_environment() -> Flask:
    """The application as a server starts it: settings and data directory from the environment."""
    settings = Settings.from_environment()
    log = Path(settings.data) / "logs" / "access.jsonl" if settings.data else None
    app = create_app(settings, access_log=log)
    app.extensions["usage"].start()
    threading.Thread(target=_read_model, args=(app.extensions["crm"],), daemon=True).start()
    return app


def _read_model(crm: Crm) -> None:
    """Read the data model before the first request needs it; where the graph is away, that one will."""
    with suppress(CRMError):
        _ = crm.model

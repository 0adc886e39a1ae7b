"""The API as a whole: its resources, how callers are let in, how errors are answered, and its description."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI

from tocsin.api import document, once, problems
from tocsin.api.callers import BrowserSession, PersonalToken
from tocsin.api.pace import PerMinute
from tocsin.api.routes import commands, deliveries, incidents, people, playbooks, tokens, webhooks


class TocsinApi(NinjaAPI):
    """Adds to the description what holds for every operation; see `document`."""

    def get_openapi_schema(self, **parts: Any) -> Any:
        return document.complete(super().get_openapi_schema(**parts))


api = TocsinApi(
    title="Tocsin",
    version="1",
    urls_namespace="api",
    description=document.ABOUT,
    auth=[PersonalToken(), BrowserSession()],
    throttle=PerMinute(),
    docs_url="/docs",
)
problems.register(api)
api.add_decorator(once.with_good_key)
for _router in (
    incidents.router,
    commands.router,
    deliveries.router,
    playbooks.router,
    people.router,
    tokens.router,
    webhooks.router,
):
    api.add_router("", _router)

"""Every address of the server, by part."""

from __future__ import annotations

from django.urls import include, path

from tocsin.integrations.github.listen import github_webhook
from tocsin.integrations.slack.listen import slack_events
from tocsin.project.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/", include("tocsin.api.urls")),
    path("slack/events", slack_events),
    path("github/webhook", github_webhook),
    path("", include("tocsin.web.urls")),
]
handler400 = "tocsin.web.views.errors.bad_request"
handler403 = "tocsin.web.views.errors.forbidden"
handler404 = "tocsin.web.views.errors.not_found"
handler500 = "tocsin.web.views.errors.failed"

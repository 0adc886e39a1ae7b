"""Every address of the server, by part."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("tocsin.api.urls")),
    path("", include("tocsin.web.urls")),
]

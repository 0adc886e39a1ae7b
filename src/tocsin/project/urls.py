"""Every address of the server, by part."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("tocsin.web.urls")),
]

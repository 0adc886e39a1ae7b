"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from tocsin.web.views import (
    deliveries,
    drills,
    faces,
    finding,
    follow_ups,
    home,
    live,
    people,
    pictures,
    playbooks,
    rooms,
    sign_in,
    webhooks,
)

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("declare/", home.declare, name="declare"),
    path("sign-in/", sign_in.explain, name="sign-in"),
    path("sign-in/<str:secret>/", sign_in.redeem, name="sign-in-link"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("incidents/<str:ref>/", rooms.room, name="room"),
    path("incidents/<str:ref>/do/<str:verb>/", rooms.act, name="act"),
    path("incidents/<str:ref>/drill/stop/", drills.stop, name="drill-stop"),
    path("incidents/<str:ref>/timeline/", rooms.timeline, name="timeline"),
    path("incidents/<str:ref>/picture/", pictures.page, name="picture"),
    path("incidents/<str:ref>/picture.svg", pictures.history, name="history"),
    path("incidents/<str:ref>/promises/", rooms.promises, name="promises"),
    path("incidents/<str:ref>/deliveries/", deliveries.listing, name="deliveries"),
    path("incidents/<str:ref>/deliveries/<str:action>/", deliveries.change, name="delivery"),
    path("playbooks/", playbooks.listing, name="playbooks"),
    path("playbooks/<str:digest>/", playbooks.playbook, name="playbook"),
    path("playbooks/<str:digest>/simulation.svg", playbooks.simulation, name="simulation"),
    path("playbooks/<str:digest>/drill/", drills.start, name="drill-start"),
    path("follow-ups/", follow_ups.listing, name="follow-ups"),
    path("people/", people.listing, name="people"),
    path("people/me/", people.account, name="account"),
    path("people/<int:pk>/", people.access, name="person"),
    path("people/<int:pk>/link/", people.new_link, name="person-link"),
    path("people/<int:pk>/face.svg", faces.face, name="face"),
    path("find/", finding.find_anything, name="find"),
    path("settings/webhooks/", webhooks.listing, name="webhooks"),
    path("settings/webhooks/<int:number>/<str:action>/", webhooks.act, name="webhook"),
    path("live/", live.changes, name="live"),
]

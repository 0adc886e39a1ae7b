"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from tocsin.web.views import (
    audiences,
    deliveries,
    follow_ups,
    home,
    live,
    outside,
    people,
    playbooks,
    rooms,
    sign_in,
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
    path("incidents/<str:ref>/timeline/", rooms.timeline, name="timeline"),
    path("incidents/<str:ref>/promises/", rooms.promises, name="promises"),
    path("incidents/<str:ref>/deliveries/", deliveries.listing, name="deliveries"),
    path("incidents/<str:ref>/deliveries/<str:action>/", deliveries.change, name="delivery"),
    path("playbooks/", playbooks.listing, name="playbooks"),
    path("playbooks/<str:digest>/", playbooks.playbook, name="playbook"),
    path("playbooks/<str:digest>/simulation.svg", playbooks.simulation, name="simulation"),
    path("incidents/<str:ref>/messages/", outside.listing, name="messages"),
    path("incidents/<str:ref>/messages/choose/", outside.choose, name="choose-recipients"),
    path("incidents/<str:ref>/messages/draft/", outside.draft, name="draft-message"),
    path("incidents/<str:ref>/messages/page/", outside.page, name="page-team"),
    path("incidents/<str:ref>/messages/<str:message>/", outside.message, name="message"),
    path("incidents/<str:ref>/messages/<str:message>/preview/", outside.preview, name="message-preview"),
    path("incidents/<str:ref>/messages/<str:message>/decide/", outside.decide, name="decide-message"),
    path("ack/<str:token>", outside.acknowledge, name="acknowledge"),
    path("unsubscribe/<str:token>", outside.unsubscribe, name="unsubscribe"),
    path("audiences/", audiences.listing, name="audiences"),
    path("audiences/new/", audiences.audience, name="new-audience"),
    path("audiences/import/", audiences.bring_in, name="import-audiences"),
    path("audiences/export/<str:kind>/", audiences.export, name="export-audiences"),
    path("audiences/<int:pk>/", audiences.audience, name="audience"),
    path("audiences/<int:audience_pk>/contacts/new/", audiences.contact, name="new-contact"),
    path("audiences/<int:audience_pk>/contacts/<int:pk>/", audiences.contact, name="contact"),
    path("audiences/<int:audience_pk>/contacts/<int:pk>/remove/", audiences.remove_contact, name="remove-contact"),
    path("teams/new/", audiences.team, name="new-team"),
    path("teams/<int:pk>/", audiences.team, name="team"),
    path("follow-ups/", follow_ups.listing, name="follow-ups"),
    path("people/", people.listing, name="people"),
    path("people/me/", people.account, name="account"),
    path("people/<int:pk>/", people.access, name="person"),
    path("people/<int:pk>/link/", people.new_link, name="person-link"),
    path("live/", live.changes, name="live"),
]

"""Django's registration of this part."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "tocsin.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

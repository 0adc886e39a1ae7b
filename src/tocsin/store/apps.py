"""Django's registration of this part."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "tocsin.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"

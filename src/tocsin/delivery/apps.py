"""Django's registration of this part."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "tocsin.delivery"
    label = "delivery"
    default_auto_field = "django.db.models.BigAutoField"

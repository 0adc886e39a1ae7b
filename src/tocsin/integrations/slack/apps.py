"""Django's registration of this part."""

from django.apps import AppConfig


class SlackAppConfig(AppConfig):
    name = "tocsin.integrations.slack"
    label = "slack"
    default_auto_field = "django.db.models.BigAutoField"

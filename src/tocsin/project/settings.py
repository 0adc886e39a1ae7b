"""Django's settings, made from Tocsin's options. Django reads this module; nothing else should."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tocsin.project.options import BadSettingError, read_settings

_OPTIONS = read_settings()
DATA_DIR = _OPTIONS.path("data") or Path("data").resolve()
PORT = _OPTIONS.number("port")
BASE_URL = (_OPTIONS.text("base_url") or f"http://localhost:{PORT}").rstrip("/")


def _secret_key() -> str:
    """Return the key that was given, or the one kept in the data folder, made on first use for the owner only."""
    if given := _OPTIONS.text("secret_key"):
        return given
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        path.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def _database() -> dict[str, Any]:
    """Return the database: SQLite with a write-ahead log that is flushed at each commit, or PostgreSQL by URL."""
    address = _OPTIONS.text("database_url")
    if not address:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "tocsin.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise BadSettingError("TOCSIN_DATABASE_URL must start with postgresql://, or be empty for SQLite.")
    from psycopg.conninfo import conninfo_to_dict

    found = conninfo_to_dict(address)
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    database: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60}
    database.update({django: found.pop(name, "") for name, django in known.items()})
    return {**database, "OPTIONS": found}


SECRET_KEY = _secret_key()
DEBUG = _OPTIONS.switch("debug")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", urlsplit(BASE_URL).hostname or "localhost"] + [
    host.strip() for host in _OPTIONS.text("allowed_hosts").split(",") if host.strip()
]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Person"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "tocsin.people",
    "tocsin.store",
    "tocsin.delivery",
    "tocsin.desk",
    "tocsin.integrations.slack",
    "tocsin.integrations.github",
    "tocsin.web",
    "tocsin.api",
]
MIDDLEWARE = [
    "tocsin.api.middleware.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tocsin.web.middleware.content_security_policy",
    "tocsin.web.middleware.personal_settings",
    "tocsin.web.views.errors.Refusals",
]
ROOT_URLCONF = "tocsin.project.urls"
ASGI_APPLICATION = "tocsin.project.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
STATIC_URL = "/static/"
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG
CSRF_FAILURE_VIEW = "tocsin.web.views.errors.csrf_refused"
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "/"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
TIME_ZONE = "UTC"
USE_TZ = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
API_REQUESTS_PER_MINUTE = _OPTIONS.number("api_requests_per_minute")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"tocsin": {"level": "INFO"}},
}

"""Settings are read in one place, by kind, with where each came from, and a bad one says what to correct."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.project.options import OPTIONS, BadSettingError, Settings, read_settings


def test_the_environment_wins_over_the_file_and_the_file_over_the_default() -> None:
    settings = Settings({"TOCSIN_PORT": "9000"}, {"port": 8500, "host": "0.0.0.0"})
    assert (settings.number("port"), settings.find("port").origin) == (9000, "environment")
    assert (settings.text("host"), settings.find("host").origin) == ("0.0.0.0", "tocsin.toml")
    assert (settings.text("smtp_port"), settings.find("smtp_port").origin) == ("587", "default")


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("hunter2\n")
    assert Settings({"TOCSIN_SMTP_PASSWORD_FILE": str(path)}, {}).text("smtp_password") == "hunter2"


def test_a_missing_secret_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettingError, match=r"TOCSIN_SMTP_PASSWORD_FILE names .*gone"):
        Settings({"TOCSIN_SMTP_PASSWORD_FILE": str(tmp_path / "gone")}, {}).text("smtp_password")


def test_a_bad_number_and_a_bad_switch_are_named() -> None:
    settings = Settings({"TOCSIN_PORT": "eight", "TOCSIN_DEBUG": "perhaps"}, {})
    with pytest.raises(BadSettingError, match="TOCSIN_PORT must be a whole number"):
        settings.number("port")
    with pytest.raises(BadSettingError, match="TOCSIN_DEBUG must be yes or no"):
        settings.switch("debug")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("port = ", "cannot be read"),
        ("colour = 'red'", "'colour', which is no setting"),
        ("smtp_password = 'x'", "is a secret: give it as TOCSIN_SMTP_PASSWORD"),
    ],
)
def test_a_bad_file_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, complaint: str
) -> None:
    path = tmp_path / "tocsin.toml"
    path.write_text(text)
    monkeypatch.setenv("TOCSIN_CONFIG", str(path))
    with pytest.raises(BadSettingError, match=complaint):
        read_settings()


def test_every_option_is_explained_once() -> None:
    assert len({option.name for option in OPTIONS}) == len(OPTIONS)
    assert all(option.help.endswith(".") for option in OPTIONS)

"""config.toml: every setting is explained, and whatever is wrong is said in one sentence with its remedy."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot import languages
from bot.errors import SettingsError
from bot.settings import Database, Sending, Server, Settings, Sms, Staff, Telegram, Translation, load, parse

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
SCHOOL = {"name": "Lincoln School", "phone": "715-555-0100"}


def complaint(table: dict[str, Any], **environment: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse(table, environment, place=Path("config.toml"))
    return str(caught.value)


def test_the_example_is_a_working_file() -> None:
    settings = load(EXAMPLE, {})
    assert settings.school.name == "Lincoln School"
    assert settings.sms is not None
    assert settings.telegram is not None


def test_the_example_explains_every_setting_and_none_else() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        if name == "unreviewed":
            continue
        section = re.search(rf"^\[{name}\]\n(.*?)(?=^\[|\Z)", text, re.DOTALL | re.MULTILINE)
        assert section is not None, f"[{name}] is not in the example"
        keys = set(re.findall(r"^(?:# )?([a-z_]+) = ", section[1], re.MULTILINE))
        kinds = (field.annotation, *getattr(field.annotation, "__args__", ()))
        model = next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
        assert keys == set(model.model_fields), f"[{name}]"


@pytest.mark.parametrize(
    ("section", "model"),
    [("staff", Staff), ("database", Database), ("sending", Sending), ("translation", Translation)],
)
def test_the_example_shows_the_true_defaults(section: str, model: type[BaseModel]) -> None:
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert model.model_validate(table[section]) == model()


def test_the_example_names_every_language_that_waits_for_a_reader() -> None:
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    waiting = {tag for tag in languages.catalog_languages() if languages.review(tag) == "unreviewed"}
    assert set(table["unreviewed"]) == waiting


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="homeloop init"):
        load(tmp_path / "config.toml", {})


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    place = tmp_path / "config.toml"
    place.write_text('[school]\nname = "Lincoln\n')
    with pytest.raises(SettingsError, match="line 2"):
        load(place, {})


def test_an_unknown_key_and_a_missing_one_are_named() -> None:
    said = complaint({"school": {"name": "Lincoln", "fone": "1"}})
    assert "school.phone: is missing" in said
    assert "school.fone: is no setting of ours" in said


def test_a_wrong_zone_says_how_one_looks() -> None:
    assert "America/Chicago" in complaint({"school": {**SCHOOL, "time_zone": "Central"}})


def test_sms_needs_an_address_for_replies() -> None:
    sms = {"account_sid": "AC" + "0" * 32, "auth_token": "0123456789abcdef", "sender": "+17155550100"}
    assert "server.public_url must be set" in complaint({"school": SCHOOL, "sms": sms})


def test_a_public_page_can_not_be_called_under_contract() -> None:
    said = complaint({"school": SCHOOL, "translation": {"engine": "google", "under_contract": True}})
    assert "public web page" in said


def test_a_secret_is_never_repeated() -> None:
    said = complaint({"school": SCHOOL, "telegram": {"token": "my secret token"}})
    assert "telegram.token" in said
    assert "my secret token" not in said


def test_the_environment_outranks_the_file() -> None:
    settings = parse({"school": SCHOOL}, {"HOMELOOP_SENDING__BATCH": "9"}, place=Path("config.toml"))
    assert settings.sending.batch == 9


def test_the_database_lies_beside_the_settings(tmp_path: Path) -> None:
    settings = parse({"school": SCHOOL}, {}, place=tmp_path / "config.toml")
    assert settings.database.path == tmp_path / "homeloop-data" / "homeloop.db"


def test_sections_are_frozen() -> None:
    for model in (Sms, Telegram, Server, Settings):
        assert model.model_config.get("frozen")

"""The demo's settings file, and whose school a rehearsal is about."""

from __future__ import annotations

import socket
from pathlib import Path

from sqlmodel import Session

from bot.demo.config import HOST, Place, free_port, is_free, place_of, written
from bot.demo.district import LANGUAGES, residents
from bot.settings import School, Settings, load
from bot.store.store import Store
from tests import school


def settings_of(folder: Path, place: Place) -> Settings:
    config = folder / "config.toml"
    config.write_text(written(place, "http://127.0.0.1:9", 8123, people=1200), encoding="utf-8")
    return load(config, {})


def test_the_demo_answers_this_machine_alone(tmp_path: Path) -> None:
    found = settings_of(tmp_path, Place())
    assert (found.server.host, found.server.port) == (HOST, 8123)
    assert found.sms is not None
    assert found.sms.base_url == "http://127.0.0.1:9"
    assert found.database.path == tmp_path / "homeloop.db"


def test_any_name_of_a_school_survives_the_settings_file(tmp_path: Path) -> None:
    name = 'École "Ñandú" \\ 😀'
    place = Place(School(name=name, phone="715-555-0100", time_zone="America/Denver"))
    assert settings_of(tmp_path, place).school == place.school


def test_a_rehearsal_speaks_the_languages_of_the_school(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    def families(session: Session) -> None:
        for number, tag in enumerate(["so", "so", "so", "en"]):
            school.family(session, number, tag=tag)

    store.writing(families)
    database = settings.database.model_copy(update={"path": tmp_path / "homeloop.db"})
    place = place_of(settings.model_copy(update={"database": database}))
    assert place.school == settings.school
    assert [(tag, share) for _, tag, share in place.languages] == [("so", 750), ("en", 250)]
    spoken = [one.tag for one in residents(100, place.languages)]
    assert (spoken.count("so"), spoken.count("en")) == (75, 25)


def test_a_school_that_has_not_begun_rehearses_with_the_usual_languages(
    settings: Settings, tmp_path: Path
) -> None:
    database = settings.database.model_copy(update={"path": tmp_path / "none.db"})
    assert place_of(settings.model_copy(update={"database": database})).languages == LANGUAGES


def test_a_port_that_somebody_listens_on_is_passed_over() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert not is_free(port)
        found = free_port(port)
    assert port != found
    assert found > 0

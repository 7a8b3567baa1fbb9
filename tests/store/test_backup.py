"""Backups: taken while Homeloop writes, read back before they count, refused when damaged, never replaced."""

from __future__ import annotations

import json
import stat
import tarfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, func, select

from bot.errors import StoreError
from bot.store import audit, incoming, outbox, restoring
from bot.store.backup import back_up, unpack
from bot.store.store import Store
from bot.store.tables import ContactPoint, Lane, LaneState
from tests import school

AT = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)


def fill(session: Session) -> None:
    school.families(session, 30)
    outbox.ensure_lane(session, "sms", school.SMS)
    audit.record(session, audit.COMMAND_LINE, "roster.imported", now=AT, people=30)


@pytest.fixture
def full(store: Store) -> Store:
    store.writing(fill)
    return store


def phones(store: Store) -> int:
    return store.reading(lambda session: session.exec(select(func.count()).select_from(ContactPoint)).one())


def test_a_backup_is_the_database_with_all_that_belongs_to_it(full: Store, tmp_path: Path) -> None:
    upload = incoming.keep(incoming.folder_of(full.path), "roster.csv", b"name,phone\n", AT)
    kept = back_up(full.path, tmp_path / "copy", AT)
    assert kept.rows["contact_point"] == 30
    assert set(kept.files) == {
        "homeloop.db", "homeloop.db.key", "homeloop.db.trail",
        f"incoming/{upload.token}.roster", f"incoming/{upload.token}.json",
    }  # fmt: skip
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".copy")] == [], (
        "nothing is left over"
    )


def test_a_restored_database_is_whole_and_waits(full: Store, tmp_path: Path) -> None:
    back_up(full.path, tmp_path / "copy", AT)
    full.writing(lambda session: school.family(session, 99))
    restoring.restore(tmp_path / "copy", tmp_path / "again", datetime.now(UTC))
    again = Store(tmp_path / "again" / "homeloop.db")
    try:
        assert phones(again) == 30, "as it was at that moment"
        found = again.reading(outbox.hold_in_force)
        assert found is not None
        assert found.backed_up_at == AT
        assert again.reading(lambda session: session.exec(select(Lane.state)).one()) == LaneState.HOLD
        assert again.reading(audit.verify) is None, "the trail's key and note came along"
        assert stat.S_IMODE(again.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(again.path.parent.stat().st_mode) == 0o700
    finally:
        again.close()
    assert sorted(one.name for one in (tmp_path / "again").iterdir()) == [
        "homeloop.db", "homeloop.db.key", "homeloop.db.trail",
    ]  # fmt: skip


def test_what_is_written_meanwhile_waits_for_nobody_and_is_whole_or_absent(
    full: Store, tmp_path: Path
) -> None:
    """Eight backups while families are added in pairs: a pair is never torn."""
    over = threading.Event()

    def pair(session: Session, number: int) -> None:
        school.family(session, number)
        school.family(session, number + 1)

    def add() -> None:
        number = 1000
        while not over.is_set():
            full.writing(pair, number)
            number += 2

    adding = threading.Thread(target=add)
    adding.start()
    try:
        counts = [back_up(full.path, tmp_path / f"copy-{n}", AT).rows["contact_point"] for n in range(8)]
    finally:
        over.set()
        adding.join()
    assert counts == sorted(counts)
    assert all(count % 2 == 0 for count in counts)


def test_nothing_is_ever_written_over(full: Store, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("something else")
    with pytest.raises(StoreError, match="already there"):
        back_up(full.path, tmp_path / "copy", AT)
    assert (tmp_path / "copy").read_text() == "something else"
    back_up(full.path, tmp_path / "other", AT)
    with pytest.raises(StoreError, match="has a database"):
        restoring.restore(tmp_path / "other", full.path.parent, AT)
    assert phones(full) == 30


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
def test_a_damaged_backup_is_refused_and_leaves_nothing(full: Store, tmp_path: Path, place: float) -> None:
    copy = tmp_path / "copy"
    back_up(full.path, copy, AT)
    content = bytearray(copy.read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    copy.write_bytes(content)
    with pytest.raises(StoreError):
        restoring.restore(copy, tmp_path / "again", AT)
    assert list((tmp_path / "again").iterdir()) == []
    copy.write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError):
        unpack(copy, tmp_path / "half")


def test_an_archive_that_would_write_elsewhere_is_refused(tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    (tmp_path / "file").write_text("{}")
    for name in ("../outside", "/tmp/outside", "incoming/../../outside", "other.db"):
        with tarfile.open(evil, "w:gz") as archive:
            archive.add(tmp_path / "file", name)
        with pytest.raises(StoreError, match="cannot be read as a backup"):
            unpack(evil, tmp_path / name.replace("/", "_"))
    assert not (tmp_path.parent / "outside").exists()


def test_rows_that_are_missing_are_noticed(full: Store, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    back_up(full.path, tmp_path / "copy", AT)
    unpack(tmp_path / "copy", folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["rows"]["contact_point"] += 1
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(tmp_path / "forged", "w:gz") as archive:
        for file in sorted(folder.glob("*")):
            archive.add(file, file.name)
    with pytest.raises(StoreError, match="rows are missing"):
        restoring.restore(tmp_path / "forged", tmp_path / "again", AT)


def test_no_database_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database"):
        back_up(tmp_path / "none.db", tmp_path / "copy", AT)
    with pytest.raises(StoreError, match="is not there"):
        unpack(tmp_path / "none", tmp_path / "again")


class TestUnderAPassphrase:
    """The file is of no use to whoever finds it."""

    PASSPHRASE = "four words that nobody says"

    @pytest.fixture(autouse=True)
    def _needs_cryptography(self) -> None:
        pytest.importorskip("cryptography")

    def test_it_reads_back_with_its_passphrase_alone(self, full: Store, tmp_path: Path) -> None:
        copy = tmp_path / "copy"
        back_up(full.path, copy, AT, self.PASSPHRASE)
        assert b"SQLite" not in copy.read_bytes()
        assert not tarfile.is_tarfile(copy)
        for wrong in ("another passphrase", None):
            with pytest.raises(StoreError, match="passphrase"):
                restoring.restore(copy, tmp_path / "again", AT, wrong)
        restoring.restore(copy, tmp_path / "again", AT, self.PASSPHRASE)
        again = Store(tmp_path / "again" / "homeloop.db")
        assert phones(again) == 30
        again.close()

    @pytest.mark.parametrize("kept", [0.5, 0.999])
    def test_one_that_was_cut_short_or_changed_is_refused(
        self, full: Store, tmp_path: Path, kept: float
    ) -> None:
        copy = tmp_path / "copy"
        back_up(full.path, copy, AT, self.PASSPHRASE)
        content = copy.read_bytes()
        copy.write_bytes(content[: int(len(content) * kept)])
        with pytest.raises(StoreError, match="damaged"):
            unpack(copy, tmp_path / "short", self.PASSPHRASE)
        copy.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(StoreError, match="damaged"):
            unpack(copy, tmp_path / "changed", self.PASSPHRASE)

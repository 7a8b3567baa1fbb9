"""What a school office calls its columns, and which of ours each one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.errors import RosterError
from bot.rosters.table import Line
from bot.rosters.values import fold, words_of


class Field(StrEnum):
    """What a column may hold. The values are what `--map "Their header=…"` takes."""

    GUARDIAN = "guardian"  #: whole name; or the next two
    FIRST_NAME = "first name"  #: of the guardian
    LAST_NAME = "last name"
    PHONE = "phone"  #: as many columns as the file has, in order
    LANGUAGE = "language"  #: fills both of the next two where they are empty or absent
    READS = "reads"
    HEARS = "hears"
    SCHOOL = "school"
    GRADE = "grade"
    CHILD = "child"  #: the school's number for the child, never a name
    REFERENCE = "reference"  #: the school's number for the guardian
    HOUSEHOLD = "household"
    APPROACHED = "approached"  #: how and when in one cell: "paper 2026-09-01"
    APPROACHED_BY = "approached by"
    APPROACHED_ON = "approached on"
    IGNORE = "ignore"  #: a column that is none of our business


#: Compared as `fold` leaves them, so case, accents, spaces, "_" and "/" do not matter. A number at the end
#: is allowed: any for phones, 1 for the others. Bare "name", "student", "family", "id" and their Spanish
#: are left out: in many exports they are the child's name or a family's surname.
HEADERS: Mapping[Field, str] = {
    Field.GUARDIAN: """
        guardian, guardian name, guardian full name, name of guardian, legal guardian, parent, parent
        name, name of parent, parent/guardian, parent/guardian name, parent or guardian, parent or
        guardian name, contact name, family contact, caregiver, caregiver name, adult, adult name,
        tutor, tutora, tutor name, tutor legal, nombre tutor, nombre del tutor, nombre de la tutora,
        madre/padre, padre/madre, padre o madre, madre o padre, padre o tutor, padre/tutor,
        madre/padre/tutor, padre/madre/tutor, padre/madre o tutor, nombre del padre, nombre de la madre,
        nombre del padre o tutor, nombre del padre/madre, nombre del padre/madre/tutor, nombre del padre
        o madre, nombre del responsable, responsable, encargado, encargada, apoderado, apoderada,
        acudiente, representante""",
    Field.FIRST_NAME: """
        guardian first name, guardian first, parent first name, parent first, parent/guardian first
        name, contact first name, nombres del tutor, nombres del padre, primer nombre del tutor""",
    Field.LAST_NAME: """
        guardian last name, guardian last, guardian surname, parent last name, parent last, parent
        surname, parent/guardian last name, contact last name, apellido del tutor, apellidos del tutor,
        apellido del padre, apellidos del padre""",
    Field.PHONE: """
        phone, phones, phone number, phone no, telephone, telephone number, tel, cell, cell phone, cell
        number, mobile, mobile phone, mobile number, home phone, work phone, guardian phone, guardian
        phone number, guardian cell, parent phone, parent phone number, parent cell, parent/guardian
        phone, contact phone, contact number, primary phone, secondary phone, other phone, alternate
        phone, alt phone, phone alt, teléfono, teléfonos, número de teléfono, núm teléfono, teléfono
        celular, celular, móvil, teléfono móvil, teléfono de casa, teléfono de la casa, teléfono del
        tutor, teléfono del padre, otro teléfono""",
    Field.LANGUAGE: """
        language, home language, language at home, language spoken at home, primary language, lang, home
        lang, preferred language, family language, guardian language, parent language, contact language,
        correspondence language, idioma, lengua, idioma del hogar, idioma en casa, idioma de casa,
        idioma en el hogar, lengua materna, lengua del hogar, idioma preferido, idioma de la familia""",
    Field.READS: """
        reads, reads in, language read, read language, reading language, language reads, written
        language, language written, home language (read), home language read, lee, lee en, idioma que
        lee, idioma escrito, idioma de lectura""",
    Field.HEARS: """
        hears, speaks, language heard, heard language, language hears, spoken language, language spoken,
        oral language, home language (heard), home language heard, home language spoken, interpreter
        language, escucha, habla, idioma que habla, idioma que escucha, idioma hablado, idioma oral""",
    Field.SCHOOL: """
        school, school name, building, building name, campus, school building, attending school,
        escuela, nombre de la escuela, colegio, plantel, centro escolar""",
    Field.GRADE: """
        grade, grade level, grade lvl, gr, current grade, student grade, child grade, year level, grado,
        nivel, curso, grado escolar, grado del alumno""",
    Field.CHILD: """
        child id, child reference, child ref, child number, student id, student reference, student ref,
        student number, student no, pupil id, pupil number, local student id, state id, matrícula, id
        alumno, id del alumno, id de la alumna, id estudiante, id del estudiante, número de alumno,
        número de estudiante, referencia del alumno, referencia del estudiante""",
    Field.REFERENCE: """
        reference, guardian id, guardian reference, guardian ref, guardian number, parent id, parent
        reference, parent number, contact id, person id, id tutor, id del tutor, id padre, id del padre,
        referencia, referencia del tutor""",
    Field.HOUSEHOLD: """
        household, household id, household number, household reference, family id, family number, hogar,
        id hogar, id del hogar, número de hogar, id familia, id de la familia, número de familia""",
    Field.APPROACHED: "approached, first approached, first approach, first contact, primer contacto",
    Field.APPROACHED_BY: """
        approached by, approached how, how approached, how first approached, first approached by, first
        approached how, first contact how, how contacted, how first contacted, contact method, cómo se
        contactó, primer contacto cómo, cómo fue contactado, contactado por, forma de contacto""",
    Field.APPROACHED_ON: """
        approached on, approached date, date approached, when approached, when first approached, first
        approached on, first approached date, date first approached, first contact date, first contact
        on, date of first contact, first contact when, fecha de contacto, fecha primer contacto, fecha
        de primer contacto, fecha del primer contacto, primer contacto cuándo, primer contacto fecha""",
}
_FIELD_OF = {fold(header): field for field, headers in HEADERS.items() for header in headers.split(",")}

NAMES = (Field.GUARDIAN, Field.FIRST_NAME, Field.LAST_NAME)
LANGUAGES = (Field.LANGUAGE, Field.READS, Field.HEARS)

#: of each, one column must be there
_NEEDED = {
    Field.GUARDIAN: NAMES,
    Field.PHONE: (Field.PHONE,),
    Field.LANGUAGE: LANGUAGES,
    Field.SCHOOL: (Field.SCHOOL,),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file."""

    header: str  #: theirs; empty above a column without one
    field: Field | None  #: ours; None for one that we do not know


def parse_mapping(options: Iterable[str]) -> dict[str, Field]:
    """Read `Their header=our field` options. Raises `RosterError` naming the fields there are."""
    mapping = {}
    known = {fold(field): field for field in Field}
    for option in options:
        header, equals, name = option.rpartition("=")
        if not equals or not fold(header) or fold(name) not in known:
            raise RosterError(
                f"--map “{option}” must be “Their header=our field”; our fields are: {', '.join(Field)}."
            )
        mapping[header] = known[fold(name)]
    return mapping


def field_of(header: str, mapping: Mapping[str, Field]) -> Field | None:
    """Say which field a header means; None if none that we know. `mapping` goes first."""
    folded = fold(header)
    for theirs, field in mapping.items():
        if fold(theirs) == folded:
            return field
    stem = folded.rstrip("0123456789")
    if _FIELD_OF.get(stem) is Field.PHONE or folded == stem + "1":
        return _FIELD_OF.get(stem)
    return _FIELD_OF.get(folded)


def score(cells: Sequence[str], mapping: Mapping[str, Field]) -> int:
    """Judge a line as the header: how many different fields it names."""
    return len({field for cell in cells if fold(cell) and (field := field_of(cell, mapping))})


def columns(
    header: Line, mapping: Mapping[str, Field], place: str, chosen: Sequence[Field | None] | None = None
) -> list[Column]:
    """Give every column of a file its field. Raises `RosterError`, naming `place` and the remedy.

    `chosen` says it column by column and outranks what the headers mean.
    """
    found = guessed(header, mapping)
    if chosen is not None:
        found = [replace(column, field=field) for column, field in zip(found, chosen, strict=False)]
    there_are = ", ".join(f"“{column.header}”" for column in found if column.header)
    for theirs in mapping:
        if fold(theirs) not in {fold(column.header) for column in found}:
            raise RosterError(
                f"{place} has no column “{theirs}” to map; line {header.number} has: {there_are}."
            )
    missing = lacking(column.field for column in found)
    if missing:
        raise RosterError(
            f"{place} has no column for {' and none for '.join(missing)}; line {header.number} has: "
            f'{there_are}. Say which one it is with --map "Their header={missing[0]}".'
        )
    _refuse_doubles(found, place)
    return found


def guessed(header: Line, mapping: Mapping[str, Field]) -> list[Column]:
    """Say what each column of a header means, as far as we know."""
    return [Column(words_of(cell), field_of(cell, mapping) if fold(cell) else None) for cell in header.cells]


def lacking(fields: Iterable[Field | None]) -> list[Field]:
    """Name what a file with these columns lacks to be a roster."""
    has = set(fields)
    return [field for field, ways in _NEEDED.items() if has.isdisjoint(ways)]


def doubled(fields: Iterable[Field | None]) -> list[Field]:
    """Name what several columns hold and only one may; phones may be in as many as there are."""
    counted = Counter(field for field in fields if field not in {None, Field.PHONE, Field.IGNORE})
    return [field for field, count in counted.items() if field is not None and count > 1]


def _refuse_doubles(found: Sequence[Column], place: str) -> None:
    first: dict[Field, str] = {}
    for column in found:
        if column.field is None or column.field in {Field.PHONE, Field.IGNORE}:
            continue
        if column.field in first:
            raise RosterError(
                f"{place} has two columns for {column.field}: “{first[column.field]}” and “{column.header}”. "
                f'Leave one out with --map "{column.header}=ignore"; '
                "a second guardian of a child needs a row of their own."
            )
        first[column.field] = column.header

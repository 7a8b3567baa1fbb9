"""What the documents say is so: commands, files, functions, settings, links, rings, the tree of the house."""

from __future__ import annotations

import pkgutil
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel
from typer.main import get_command

from bot import __version__, languages
from bot.cli import app
from bot.errors import HomeloopError
from bot.messages import DeliveryState
from bot.settings import Settings, parse

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
ARCHITECTURE = ROOT / "docs" / "architecture.md"
GOING_LIVE = ROOT / "docs" / "going-live.md"
PACKAGES = ("bot", "scheduler", "locales")
CATALOGS = ("bot.po", "bot.pot")  #: files that look like modules

#: ends what one command is given
_SHELL = {"|", ">", ">>", "<", "&&", "||", ";", "&"}
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def fences(page: Path, kind: str) -> list[str]:
    return [body for found, body in _FENCE.findall(page.read_text(encoding="utf-8")) if found == kind]


def prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def spoken(page: Path) -> Iterator[str]:
    """Every piece of a page that is set as code within its prose."""
    yield from _CODE.findall(prose(page))


class Typed(NamedTuple):
    """A command line as a reader would type it: words after `homeloop`."""

    page: Path
    words: tuple[str, ...]


def typed() -> Iterator[Typed]:
    for page in PAGES:
        for block in fences(page, "sh"):
            for line in block.replace("\\\n", " ").splitlines():
                if re.match(r"(\S+/)?homeloop( |$)", line):
                    yield Typed(page, _words(line))


def mentioned() -> Iterator[Typed]:
    for page in PAGES:
        for code in spoken(page):
            if code.startswith("homeloop "):
                yield Typed(page, tuple(shlex.split(code)[1:]))


def _words(line: str) -> tuple[str, ...]:
    """Split a line as a shell would and keep what its first command is given."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|<>&;")
    lexer.whitespace_split = True
    words = list(lexer)
    end = next((place for place, word in enumerate(words) if word in _SHELL), len(words))
    return tuple(words[1:end])


@cache
def _cli() -> Any:
    return get_command(app)


def _options(command: Any) -> dict[str, Any]:
    return {name: each for each in command.params for name in (*each.opts, *each.secondary_opts)}


def understood(words: tuple[str, ...], *, whole: bool) -> str | None:
    """Say what is wrong with a command line; `whole` ones are complete, others only mention things."""
    cli = _cli()
    rest = list(words)
    while rest and rest[0].startswith("-"):
        option = _options(cli).get(rest.pop(0))
        if option is None:
            return "there is no such option before the command"
        if not option.is_flag:
            rest.pop(0)
    if not rest:
        return None
    command = cli.commands.get(rest[0])
    if command is None:
        return f"there is no command “{rest[0]}”"
    try:
        context = command.context_class(command, info_name=rest[0])
        given, extra, _ = command.make_parser(context).parse_args(rest[1:])
        asks = any(getattr(each, "prompt", None) and each.name not in given for each in command.params)
        if whole and not asks:
            command.make_context(rest[0], rest[1:])
    except Exception as error:  # noqa: BLE001 - whatever a wrong line raises is the finding
        return str(error) or type(error).__name__
    return f"{rest[0]} does not take {extra}" if extra else None


def test_what_is_wrong_with_a_command_line_is_found() -> None:
    """The reader of command lines used below can itself say no."""
    assert understood(("report", "2"), whole=True) is None
    assert understood(("-c", "x.toml", "init"), whole=True) is None
    for wrong in (
        ("reprot",),
        ("report", "--jsno"),
        ("report", "two"),
        ("report", "2", "3"),
        ("import",),
        ("read-back", "17", "--home", "usted"),
        ("--confg", "x", "report"),
    ):
        assert understood(wrong, whole=True) is not None, wrong


@pytest.mark.parametrize(
    "line", list(typed()), ids=lambda line: f"{name_of(line.page)}: {' '.join(line.words)[:60]}"
)
def test_a_command_that_is_shown_can_be_typed(line: Typed) -> None:
    assert understood(line.words, whole=True) is None


@pytest.mark.parametrize(
    "line", list(mentioned()), ids=lambda line: f"{name_of(line.page)}: {' '.join(line.words)}"
)
def test_a_command_that_is_mentioned_exists(line: Typed) -> None:
    assert understood(line.words, whole=False) is None


def test_the_readme_names_every_command() -> None:
    named = {line.words[0] for line in mentioned() if line.page.name == "README.md"}
    assert sorted(set(_cli().commands) - named) == []


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for page in PAGES:
        text = "\n".join([*fences(page, "sh"), *spoken(page)])
        shown = set(re.findall(r"^(?:sudo )?make ([a-z]+)", text, re.MULTILINE))
        assert sorted(shown - known) == [], name_of(page)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_path_that_is_named_exists(page: Path) -> None:
    tops = {entry.name for entry in ROOT.iterdir()}
    for code in spoken(page):
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", code) and "/" in code and code.split("/")[0] in tops:
            assert (ROOT / code).exists(), code
        if re.fullmatch(r"test_\w+\.py|config\.example\.toml|pyproject\.toml|Makefile", code):
            assert list(ROOT.glob(f"{code}")) or list((ROOT / "tests").rglob(code)), code


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_function_that_is_named_exists(page: Path) -> None:
    for code in spoken(page):
        if re.fullmatch(rf"({'|'.join(PACKAGES)})(\.\w+)+", code) and code not in CATALOGS:
            assert pkgutil.resolve_name(code) is not None


def _sections() -> dict[str, type[BaseModel]]:
    sections = {}
    for name, field in Settings.model_fields.items():
        kinds = (field.annotation, *getattr(field.annotation, "__args__", ()))
        model = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
        if model is not None:
            sections[name] = model
    return sections


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    sections = _sections()
    for code in spoken(page):
        section, dot, key = code.partition(".")
        if dot and section in sections and re.fullmatch(r"[a-z_]+", key):
            assert key in sections[section].model_fields, code


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _anchors(page: Path) -> set[str]:
    return {_slug(heading) for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", prose(page)):
        if target.startswith("https://"):
            continue
        place, _, anchor = target.partition("#")
        found = (page.parent / place).resolve() if place else page
        assert found.exists(), target
        assert found.is_relative_to(ROOT), target
        assert not anchor or anchor in _anchors(found), target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_path_of_one_machine(page: Path) -> None:
    found = re.findall(r"(?<![\w.])/(?:tmp|work|root|farm|home)/\S+", page.read_text(encoding="utf-8"))
    assert found == []


def test_the_rings_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(each["layers"] for each in contracts["contracts"] if each["type"] == "layers")
    drawn = [block.splitlines() for block in fences(ARCHITECTURE, "text") if block.startswith("bot.cli\n")]
    assert drawn == [layers]


def _tree() -> Iterator[Path]:
    """The paths of the tree on the page, from its indentation."""
    (tree,) = (block for block in fences(ARCHITECTURE, "text") if block.startswith("bot/\n"))
    above: list[str] = []
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], line.split()[0]]
        yield ROOT / "/".join(above)


def test_the_tree_is_true_and_whole() -> None:
    drawn = set(_tree())
    assert sorted(name_of(path) for path in drawn if not path.exists()) == []
    modules = {
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py" and path.parent.name != "versions"
    }
    assert sorted(name_of(path) for path in modules - drawn) == [], "draw these in docs/architecture.md"


def test_the_states_of_a_delivery_are_all_drawn() -> None:
    (diagram,) = (block for block in fences(ARCHITECTURE, "mermaid") if block.startswith("stateDiagram"))
    drawn = set(re.findall(r"\b([a-z]+) -->|--> ([a-z]+)", diagram))
    assert {name for pair in drawn for name in pair if name} == set(DeliveryState)


def test_the_settings_of_going_live_are_settings() -> None:
    table = tomllib.loads("\n".join(fences(GOING_LIVE, "toml")))
    (secrets,) = (block for block in fences(GOING_LIVE, "text") if "HOMELOOP_" in block)
    environment = dict(line.split("=", 1) for line in secrets.split())
    environment["HOMELOOP_TELEGRAM__TOKEN"] = "7155550100:" + "x" * 35  # the page has words in its place
    school = {"school": {"name": "Lincoln School", "phone": "715-555-0100"}}
    settings = parse(table | school, environment, place=Path("config.toml"))
    assert settings.sms is not None
    assert settings.telegram is not None
    assert settings.server.public_url is not None
    assert f"`{settings.server.public_url}/sms/inbound`" in GOING_LIVE.read_text(encoding="utf-8")


def test_a_word_in_a_secrets_place_is_refused_as_the_page_would_be() -> None:
    with pytest.raises(HomeloopError, match=r"telegram\.token"):
        parse({"school": {"name": "L", "phone": "123"}}, {"HOMELOOP_TELEGRAM__TOKEN": "x"}, place=Path("c"))


def test_what_the_doctor_is_said_to_say_is_in_the_code() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "simulator" not in path.parts
    )
    rows = re.findall(r"^\| (“.+?) \|", GOING_LIVE.read_text(encoding="utf-8"), re.MULTILINE)
    quoted = [quote for row in rows for quote in re.findall(r"“((?:[^“”]|“[^“”]*”)+)”", row)]
    assert len(quoted) > 10
    assert [quote for quote in quoted if quote not in code] == []


def test_counts_of_languages_are_right() -> None:
    text = (ROOT / "docs" / "adding-a-language.md").read_text(encoding="utf-8")
    assert f"\n{len(languages.all_languages())} languages are in the registry" in text
    drafts = [tag for tag in languages.catalog_languages() if languages.review(tag) == "unreviewed"]
    written = languages.catalog_languages()
    assert f"imported and written to. {len(written)} have\nsentences of ours" in text
    assert set(written) - set(drafts) == {"en"}, "the page says that all but English are drafts"


def test_the_changelog_leads_to_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert __version__ in text
    assert text.index("## [Unreleased]") == text.index("## [")

"""config.toml and the environment, read once into frozen values.

`load` raises `SettingsError` with one sentence that names the key, where it stands and the remedy.
Every key is explained in config.example.toml; a test holds the two equal.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from bot.errors import SettingsError

ENVIRONMENT_PREFIX = "HOMELOOP_"

Seconds = Annotated[float, Field(gt=0)]
Days = Annotated[int, Field(ge=0, le=36500)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class School(_Section):
    """Who we speak for."""

    name: str = Field(min_length=1, max_length=40)
    phone: str = Field(min_length=3, max_length=20)  #: told to families for what is urgent
    time_zone: str = "America/Chicago"  #: IANA name; every schedule is in it
    region: str = Field("US", pattern="^[A-Z]{2}$")  #: of phone numbers written without a country
    staff_language: str = "en"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"“{value}” is no IANA time zone; write one such as America/Chicago")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        return ZoneInfo(self.time_zone)


class Duty(_Section):
    """When somebody is there who writes one language."""

    start: time
    end: time
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri"], ...] = ("mon", "tue", "wed", "thu", "fri")

    @model_validator(mode="after")
    def _hours_in_order(self) -> Duty:
        if self.start >= self.end or not self.days:
            raise ValueError("start must be earlier in the day than end, on one day or more")
        return self

    @property
    def weekdays(self) -> frozenset[int]:
        """The days as numbers from Monday, 0."""
        return frozenset(("mon", "tue", "wed", "thu", "fri").index(day) for day in self.days)


class Staff(_Section):
    """Who reads families' words, and when (docs/dialogue.md, rule 15)."""

    reader: str = Field("the school office", min_length=1, max_length=30)
    duty_start: time = time(8, 0)
    duty_end: time = time(16, 0)
    answer_within_hours: int = Field(4, ge=1, le=72)
    #: language tag -> hours of those who write it, where they differ
    duty_by_language: Mapping[str, Duty] = Field(default_factory=dict)
    large_broadcast: int = Field(200, ge=1)  #: above this many phones the count must be typed
    #: above this many phones a second person approves; 0: never. Also outside the hours below
    second_approver_above: int = Field(1000, ge=0)
    sending_start: time = time(6, 0)
    sending_end: time = time(20, 30)

    @model_validator(mode="after")
    def _hours_in_order(self) -> Staff:
        if self.duty_start >= self.duty_end:
            raise ValueError("duty_start must be earlier in the day than duty_end")
        if self.sending_start >= self.sending_end:
            raise ValueError("sending_start must be earlier in the day than sending_end")
        return self

    @property
    def usual(self) -> Duty:
        """When somebody is there at all."""
        return Duty(start=self.duty_start, end=self.duty_end)

    def duty(self, tag: str) -> Duty:
        """Return when somebody is there for families of this language."""
        return self.duty_by_language.get(tag) or self.usual


class Hours(_Section):
    """When families are written to, on the school's clock (docs/dialogue.md, rule 14)."""

    start: time = time(8, 0)
    end: time = time(20, 30)  #: equal to `start`: at any hour

    @model_validator(mode="after")
    def _hours_in_order(self) -> Hours:
        if self.start > self.end:
            raise ValueError("start must be earlier in the day than end, or equal to it for no quiet hours")
        return self


class Calendar(_Section):
    """The school's year, as far as texts and promises depend on it."""

    closed: tuple[str, ...] = ()  #: ISO dates, or first and last day with a slash between
    school_ends: time = time(15, 30)  #: an emergency text is not sent after it, unless written after it

    @field_validator("closed")
    @classmethod
    def _days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                _days_of(one)
            except ValueError:
                raise ValueError(
                    f"“{one}” is no day; write 2026-11-26, or 2026-12-23/2027-01-03 for several"
                ) from None
        return value

    @property
    def closed_days(self) -> frozenset[date]:
        """Every day on which the school is closed, beyond its weekends."""
        return frozenset(day for one in self.closed for day in _days_of(one))


def _days_of(text: str) -> tuple[date, ...]:
    first, _, last = text.partition("/")
    begins, ends = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    if not timedelta(0) <= ends - begins <= timedelta(days=366):
        raise ValueError
    return tuple(begins + timedelta(days=number) for number in range((ends - begins).days + 1))


class Budget(_Section):
    """How much one family is asked to read (docs/dialogue.md, rule 13)."""

    #: texts in seven days, besides emergencies and answers to its own messages; 0: no limit
    texts_per_week: int = Field(2, ge=0, le=100)
    unanswered_questions: int = Field(3, ge=0, le=20)  #: in a row, after which a person calls; 0: never


class Database(_Section):
    """Where everything is kept."""

    path: Path = Path("homeloop-data/homeloop.db")
    busy_seconds: Seconds = 30.0  #: how long a writer waits for another process's transaction


class Server(_Section):
    """Where providers reach us."""

    public_url: str | None = Field(None, pattern=r"^https?://[^\s?#]+[^\s?#/]$")
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)


class Console(_Section):
    """The screens that staff work on."""

    #: where staff reach them, if not at server.public_url
    url: str | None = Field(None, pattern=r"^https?://[^\s/?#]+$")
    session_hours: float = Field(12.0, gt=0, le=168)  #: a sign-in ends after so long, used or not
    owners_need_second_factor: bool = True


#: parts a second that a sender of each kind may usually send, where its settings do not say
#: (help.twilio.com, “Understanding Twilio rate limits and message queues”); a campaign is granted its own
SENDER_PACE: Mapping[str, float] = {
    "toll-free": 3.0,
    "long-code": 1.0,
    "10dlc": 4.0,
    "short-code": 100.0,
    "messaging-service": 3.0,
}


class Sms(_Section):
    """Twilio. Absent section: no SMS."""

    account_sid: str = Field(pattern=r"^AC[0-9a-f]{32}$")
    auth_token: SecretStr = Field(min_length=16)
    sender: str = Field(pattern=r"^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})$")
    numbers: tuple[str, ...] = ()  #: of a messaging service, so that texts to them are known as ours
    base_url: str = Field("https://api.twilio.com", pattern=r"^https?://[^\s/]+$")
    kind: Literal["toll-free", "long-code", "10dlc", "short-code", "messaging-service"] = "toll-free"
    parts_per_second: Seconds = 3.0  #: left out: what `kind` usually may (SENDER_PACE)
    parts_per_day: int | None = Field(None, ge=1)  #: None: no limit
    #: of a day's parts, kept for emergencies and answers; left out: a tenth
    parts_kept_back: int | None = Field(None, ge=0)
    day_zone: str = "America/Los_Angeles"  #: on whose clock the provider's day begins
    in_flight: int = Field(32, ge=1, le=512)
    #: True when Advanced Opt-Out (or Twilio's default list) answers STOP words itself
    provider_answers_stop: bool = True
    price_per_part: Decimal = Field(Decimal(0), ge=0)  #: what one part costs; 0: costs are not shown
    currency: str = Field("USD", pattern="^[A-Z]{3}$")  #: ISO 4217

    @model_validator(mode="before")
    @classmethod
    def _pace_of_its_kind(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("kind") in SENDER_PACE and "parts_per_second" not in given:
            return given | {"parts_per_second": SENDER_PACE[given["kind"]]}
        return given

    @field_validator("day_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"“{value}” is no IANA time zone; write one such as America/Los_Angeles")
        return value

    @property
    def bulk_per_day(self) -> int | None:
        """Parts of a day that broadcasts which are no emergency may use; None: no limit."""
        if self.parts_per_day is None:
            return None
        kept = self.parts_per_day // 10 if self.parts_kept_back is None else self.parts_kept_back
        return max(1, self.parts_per_day - kept)


class Telegram(_Section):
    """A bot. Absent section: no Telegram."""

    token: SecretStr
    username: str | None = Field(None, pattern=r"^[A-Za-z0-9_]{5,32}$")  #: of the bot, for links to it
    mode: Literal["polling", "webhook"] = "polling"
    secret_token: SecretStr | None = Field(None, min_length=32, max_length=256)
    base_url: str = Field("https://api.telegram.org", pattern=r"^https?://[^\s/]+$")
    messages_per_second: Seconds = 25.0
    in_flight: int = Field(16, ge=1, le=512)
    poll_seconds: int = Field(25, ge=0, le=50)  #: how long one getUpdates may wait

    @field_validator("token")
    @classmethod
    def _as_botfather_gives_it(cls, value: SecretStr) -> SecretStr:
        # A pattern cannot be laid on a secret.
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]{20,}", value.get_secret_value(), re.ASCII):
            raise ValueError("must be the token that BotFather gave, digits, a colon and 35 letters")
        return value

    @model_validator(mode="after")
    def _webhook_has_secret(self) -> Telegram:
        if self.mode == "webhook" and self.secret_token is None:
            raise ValueError("secret_token must be set when mode is “webhook” (32 random characters or more)")
        return self


class Sending(_Section):
    """Delivery, retries and reconciliation (docs/architecture.md)."""

    grace_seconds: Seconds = 120.0  #: an uncertain text is not thought absent before this
    look_every_seconds: Seconds = 30.0  #: between two looks at the provider's list
    retry_first_seconds: Seconds = 60.0  #: doubled at each try, up to an hour
    attempts: int = Field(5, ge=1, le=20)
    tick_seconds: Seconds = 1.0
    undo_seconds: int = Field(20, ge=0, le=600)  #: what is sent at once can be taken back for so long
    batch: int = Field(512, ge=1, le=1000)  #: texts in one claim, at most
    #: a broadcast is paused when carriers filter more than this share of what went out, so many at least
    filtered_share: float = Field(0.02, gt=0, le=1)
    filtered_least: int = Field(5, ge=1)
    pull_every_seconds: Seconds = 300.0  #: between two looks at what Twilio lists as having come in


class Translation(_Section):
    """The engine that drafts staff's texts; families' words reach it only when under contract."""

    engine: Literal["none", "google", "libretranslate", "mymemory"] = "none"
    url: str | None = Field(None, pattern=r"^https?://\S+$")
    key: SecretStr | None = None
    under_contract: bool = False
    timeout_seconds: Seconds = 20.0
    #: another LibreTranslate, which turns an understanding back into the family's language
    second_url: str | None = Field(None, pattern=r"^https?://\S+$")
    second_key: SecretStr | None = None
    try_again_seconds: Seconds = 15.0  #: an engine that gave no answer to families' words is asked once more

    @model_validator(mode="after")
    def _usable(self) -> Translation:
        if self.engine == "libretranslate" and self.url is None:
            raise ValueError("url must be set when engine is “libretranslate”")
        if self.under_contract and self.engine in {"google", "mymemory"}:
            raise ValueError(f"under_contract cannot be true for “{self.engine}”, which is a public web page")
        if self.second_url is not None and not self.reads_families:
            raise ValueError("second_url is for families' words: set engine and under_contract first")
        return self

    @property
    def reads_families(self) -> bool:
        """Whether families' own words may be given to the engine."""
        return self.under_contract and self.engine == "libretranslate"


class OnCall(_Section):
    """Who is told by a second way that something urgent waits (docs/dialogue.md, rule 19)."""

    #: account's e-mail -> its phone number, or "telegram:" and the number of its chat; paged in this order
    people: Mapping[str, str] = Field(default_factory=dict)
    repeat_minutes: int = Field(5, ge=1, le=60)  #: until somebody says that they have it
    pages_each: int = Field(2, ge=1, le=20)  #: after so many the next is paged as well
    warn_minutes: int = Field(30, ge=5, le=240)  #: before a promise is missed the first of them is told

    @field_validator("people")
    @classmethod
    def _reachable(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for who, where in value.items():
            if not re.fullmatch(r"\+[1-9]\d{6,14}|telegram:[1-9]\d{0,18}", where, re.ASCII):
                raise ValueError(
                    f"“{who}” needs a number such as +17155550123, or telegram: and a chat's number"
                )
        return value


class Retention(_Section):
    """How many days each kind of data is kept; 0: for as long as the database."""

    words_days: Days = 400  #: what families wrote, and what staff noted about it
    texts_days: Days = 400  #: what we wrote to one family
    events_days: Days = 90  #: providers' reports
    leavers_days: Days = 400  #: people whom no roster names any more, with everything of theirs
    codes_days: Days = 400  #: one-time codes for Telegram
    sign_ins_days: Days = 30  #: ended sessions, tries to sign in, old invitations
    at: time = time(2, 30)  #: of every night, on the school's clock


class Settings(_Section):
    """Everything a running Homeloop is told from outside."""

    school: School
    staff: Staff = Staff.model_construct()
    hours: Hours = Hours.model_construct()
    calendar: Calendar = Calendar.model_construct()
    budget: Budget = Budget.model_construct()
    database: Database = Database.model_construct()
    server: Server = Server.model_construct()
    console: Console = Console.model_construct()
    sms: Sms | None = None
    telegram: Telegram | None = None
    sending: Sending = Sending.model_construct()
    translation: Translation = Translation.model_construct()
    on_call: OnCall = OnCall.model_construct()
    retention: Retention = Retention.model_construct()
    #: language tag -> may its catalog, not yet seen by a native reviewer, go to real families?
    unreviewed: Mapping[str, bool] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _callbacks_have_an_address(self) -> Settings:
        if self.server.public_url is None and self.sms is not None:
            raise ValueError("server.public_url must be set for SMS: Twilio sends replies and receipts to it")
        if self.server.public_url is None and self.telegram and self.telegram.mode == "webhook":
            raise ValueError("server.public_url must be set when telegram.mode is “webhook”")
        return self


def load(path: Path, environment: Mapping[str, str]) -> Settings:
    """Read `path`, lay HOMELOOP_SECTION__KEY variables over it, and check every value.

    A relative database path is taken from the folder of `path`. Raises `SettingsError`.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"There is no {path}. Run “homeloop init” to make one, or copy config.example.toml there."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read as TOML: {error}. Put that line right and try again."
        ) from None
    return parse(table, environment, place=path)


def parse(table: Mapping[str, Any], environment: Mapping[str, str], *, place: Path) -> Settings:
    """Check a table that was read from `place`; see `load`."""
    merged = {key: dict(value) if isinstance(value, Mapping) else value for key, value in table.items()}
    for name, value in sorted(environment.items()):
        section, separator, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if name.startswith(ENVIRONMENT_PREFIX) and separator:
            target = merged.setdefault(section, {})
            if not isinstance(target, dict):
                raise SettingsError(f"{place}: [{section}] must be a table, because {name} is set.")
            target[key] = value
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise SettingsError(_sentence(error, place)) from None
    file = settings.database.path
    if not file.is_absolute():
        database = settings.database.model_copy(update={"path": place.parent / file})
        settings = settings.model_copy(update={"database": database})
    return settings


def _sentence(error: ValidationError, place: Path) -> str:
    """Name every wrong key, its place and the remedy; never a value, which may be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in problem["loc"]) or "the settings"
        match problem["type"]:
            case "missing":
                what = "is missing; add it"
            case "extra_forbidden":
                what = "is no setting of ours; check its spelling against config.example.toml"
            case _:
                what = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{key}: {what}")
    return f"{place}: " + "; ".join(lines) + "."

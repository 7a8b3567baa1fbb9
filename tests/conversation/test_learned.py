"""What texts are taken for that no rule knows: by likeness to labelled ones."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import languages
from bot.conversation import learned, likely
from bot.conversation.intent import lexicon
from bot.explaining import meant, ruled
from tests.understanding import learn_sets

TABLE = resources.files("locales").joinpath("learned.tsv").read_text(encoding="utf-8")
SMALL = "# told\npiece\tdanger\toptout\nstart\t-900\t-800\n a\t1200\t-30\nab\t-5\t700\n"


@given(st.text())
def test_any_text_has_pieces_that_case_and_numbers_do_not_change(text: str) -> None:
    found = learned.pieces(text)
    assert all(found)
    assert learned.pieces(f"{text} 17") == learned.pieces(f"{text} 4")
    assert learned.pieces("Pare de MANDAR!") == learned.pieces("pare de mandar")


def test_accents_do_not_count_and_pairs_of_words_do() -> None:
    assert learned.pieces("no más") == learned.pieces("no mas")
    assert "no mas" in learned.pieces("no más")
    assert "no mas" not in learned.pieces("más no")


def test_a_score_is_the_mean_weight_of_the_pieces_by_the_root_of_how_many() -> None:
    table = learned.read(SMALL)
    assert table.scores("ab") == {
        "danger": pytest.approx(((1200 - 5) / 2**0.5 - 900) / 1000),
        "optout": pytest.approx(((-30 + 700) / 2**0.5 - 800) / 1000),
    }
    assert table.scores("xyz") == {}
    assert table.telling("ab", "optout") == ["ab"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "piece\tdanger\n",
        SMALL + "b\t1\n",
        SMALL + "b\t1\t2\t3\n",
        SMALL + "b\tmuch\t2\n",
        SMALL + "b\t1\t99999\n",
    ],
)
def test_a_table_that_nobody_wrote_so_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"learned\.tsv is not as `make learn` writes it"):
        learned.read(text)


def test_the_table_tells_what_it_was_learned_from_and_never_from_the_newest_set() -> None:
    told = TABLE.split("\n")[2].removeprefix("# learned from: ").split()
    assert told == learn_sets.known()
    assert not set(told) & set(learn_sets.HELD_BACK)


def test_every_intent_of_the_table_has_a_bar_or_is_only_a_rival() -> None:
    assert set(learned.learned().weights) == {*likely.BARS, "optin"}
    assert set(likely.BARS_OVER_QUESTION) < set(likely.BARS)
    assert all(likely.BARS_OVER_QUESTION[one] > likely.BARS[one] for one in likely.BARS_OVER_QUESTION)


@pytest.mark.parametrize(
    ("tag", "text", "intent"),
    [
        ("en", "My husband gets the same ones, so you can leave me out from now on please", "optout"),
        ("ru", "пусть мне кто нибудь из школы перезвонит пожалуйста", "person"),
        ("ko", "문자 보내지 마세요 남편이 핸드폰 봐요.. 걸리면 저 진짜 죽어요", "danger"),
        ("zh-Hant", "睇唔明你條短訊想問咩😵", "unclear_text"),
        ("pt", "Amigo esse numero não é da Patrícia não, vc ta falando com a pessoa errada", "wrong_number"),
    ],
)
def test_a_likeness_is_found_and_says_by_which_pieces(tag: str, text: str, intent: str) -> None:
    assert ruled(text, tag) is None
    found = meant(text, tag)
    assert found["intent"] == intent
    assert found["confidence"] < 0.95
    assert found["pieces"]
    assert json.dumps(found)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "dont take me off the list, I still want the texts"),
        ("fr", "arretez pas vos sms svp"),
        ("hi", "मैसेज भेजना बंद मत करो"),
        ("ko", "“수신을 원치 않으시면 STOP을 보내세요”에 👍 표시함"),
        ("vi", "dung"),
        ("hmn", "txaus lawm"),
        ("en", "I want to get the school texts again please"),
    ],
)
def test_what_a_rule_knows_better_is_no_opt_out(tag: str, text: str) -> None:
    assert meant(text, tag)["intent"] != "optout"


def test_nothing_is_an_opt_out_in_a_language_that_nobody_wrote_sentences_for() -> None:
    assert likely.intent_of("ကညီ", lexicon("ksw")) is None
    assert languages.language("ksw")

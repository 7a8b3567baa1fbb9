"""Charts: one picture with words, nothing clipped, mirrored, readable without colour."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.charts import Bar, Frame, Piece, Step, bars, steps, swatch, wrapped

SVG = re.compile(r"^<svg[ >].*</svg>$", re.DOTALL)
GERMAN = "Elternsprechtagsterminvereinbarungsbestätigung am Donnerstagnachmittag"
ARABIC = "مساء الخميس بعد الساعة السادسة إن كان هناك من يرعى الأطفال الصغار"


def frame(*, right_to_left: bool = False) -> Frame:
    return Frame("choices", "Which answer", "Evening: 23", right_to_left)


def parsed(drawn: str) -> ElementTree.Element:
    assert SVG.match(drawn)
    return ElementTree.fromstring(drawn)


def rects(root: ElementTree.Element, of: str = "url") -> list[tuple[str, str]]:
    """Where each filled bar begins and how wide it is."""
    inside = [one for one in root.findall("rect") if of in one.get("fill", "")]
    return [(one.get("x", ""), one.get("width", "")) for one in inside]


class TestBars:
    def test_a_chart_is_one_picture_with_a_title_and_a_description(self) -> None:
        root = parsed(bars(frame(), [Bar("Evening: 23", [Piece(0.5)])]))
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == "choices-title choices-desc"
        assert [(one.tag, one.get("id"), one.text) for one in root[:2]] == [
            ("title", "choices-title", "Which answer"),
            ("desc", "choices-desc", "Evening: 23"),
        ]

    def test_bars_grow_from_the_start_of_the_page(self) -> None:
        lines = [Bar("a", [Piece(0.25), Piece(0.5, 2)])]
        assert rects(parsed(bars(frame(), lines))) == [("0%", "25%"), ("25%", "50%")]
        assert rects(parsed(bars(frame(right_to_left=True), lines))) == [("75%", "25%"), ("25%", "50%")]

    def test_words_begin_where_the_page_does(self) -> None:
        lines = [Bar("مساء", [Piece(1)])]
        (text,) = parsed(bars(frame(right_to_left=True), lines)).findall("text")
        assert (text.get("x"), text.get("text-anchor"), text.get("direction")) == ("100%", "start", "rtl")
        (text,) = parsed(bars(frame(), lines)).findall("text")
        assert (text.get("x"), text.get("text-anchor"), text.get("direction")) == ("0%", "start", "ltr")

    def test_every_series_has_a_pattern_of_its_own(self) -> None:
        lines = [Bar("all", [Piece(0.1, series) for series in range(1, 7)])]
        patterns = parsed(bars(frame(), lines)).findall("defs/pattern")
        assert [one.get("id") for one in patterns] == [f"choices-{series}" for series in range(1, 7)]
        drawn = {one.find("path").get("d") for one in patterns if one.find("path") is not None}  # type: ignore[union-attr]
        assert len(drawn) == 5

    def test_a_mark_stands_across_every_bar(self) -> None:
        root = parsed(bars(frame(right_to_left=True), [Bar("a", []), Bar("b", [])], mark=0.2))
        assert [(one.get("x1"), one.get("x2")) for one in root.findall("line")] == [("80%", "80%")] * 2

    def test_there_is_no_style_and_no_script_in_it_whatever_the_words(self) -> None:
        words = '<script>alert(1)</script>" onload=\'x\' style="x" & ]]>'
        drawn = bars(Frame("x", words, words), [Bar(words, [Piece(0.5)])])
        root = parsed(drawn)
        assert {one.tag for one in root.iter()} <= {
            "svg", "title", "desc", "defs", "pattern", "rect", "path", "text", "line",
        }  # fmt: skip
        names = {name for one in root.iter() for name in one.attrib}
        assert not {name for name in names if name == "style" or name.startswith("on")}

    def test_a_chart_of_nothing_is_a_picture_still(self) -> None:
        parsed(bars(frame(), []))
        parsed(steps(frame(), [], highest="0", first="", last=""))

    def test_no_share_leaves_the_picture(self) -> None:
        assert rects(parsed(bars(frame(), [Bar("a", [Piece(1.5)])]))) == [("0%", "100%")]

    def test_what_may_not_be_seen_does_not_look_like_nothing(self) -> None:
        (unknown,) = parsed(bars(frame(), [Bar("fewer than 10")], mark=0.5)).findall("rect")
        (nothing,) = parsed(bars(frame(), [Bar("0", [])])).findall("rect")
        assert (unknown.get("fill"), unknown.get("stroke-dasharray")) == ("none", "4 4")
        assert nothing.get("class") == "fill-none stroke-line"


class TestLabels:
    def test_a_name_that_is_set_apart_stays_so_on_every_line(self) -> None:
        lines = wrapped(f"\u2068{ARABIC}\u2069: 23 of 41")
        assert len(lines) > 2
        assert all(line.count("\u2068") == line.count("\u2069") for line in lines)

    @pytest.mark.parametrize("words", [GERMAN, ARABIC, "字" * 40, "W" * 60, "a " * 60])
    def test_a_long_label_takes_more_lines_and_loses_nothing(self, words: str) -> None:
        lines = wrapped(words)
        assert len(lines) > 1
        assert "".join(lines).replace(" ", "") == words.replace(" ", "")
        texts = parsed(bars(frame(), [Bar(words)])).findall("text")
        assert [one.text for one in texts] == lines
        assert len({one.get("y") for one in texts}) == len(lines)

    def test_a_mark_stays_with_its_letter(self) -> None:
        lines = wrapped("é" * 200)
        assert all(not line.startswith("\u0301") for line in lines)

    @given(st.text(max_size=200))
    def test_no_words_are_lost(self, words: str) -> None:
        apart = str.maketrans("", "", " \u2068\u2069")
        assert "".join(wrapped(words)).translate(apart) == "".join(words.split()).translate(apart)


class TestSteps:
    def rises(self, drawn: str) -> list[tuple[str, str, str, str]]:
        """Where the line stands still: from, to, and how low below the top."""
        lines = [one for one in parsed(drawn).findall("line") if one.get("class") == "stroke-1"]
        level = [one for one in lines if one.get("y1") == one.get("y2")]
        return [tuple(one.get(name, "") for name in ("x1", "x2", "y1", "y2")) for one in level]  # type: ignore[misc]

    def test_the_line_only_rises_and_ends_at_the_whole(self) -> None:
        line = [Step(0, 0.5, 10), Step(0.5, 1, 30)]
        drawn = steps(frame(), line, highest="40", first="Tuesday", last="Friday")
        assert self.rises(drawn) == [("0%", "50%", "9.2em", "9.2em"), ("50%", "100%", "1.7em", "1.7em")]

    def test_time_runs_the_way_the_page_is_read(self) -> None:
        line = [Step(0, 0.2, 1), Step(0.2, 1, 1)]
        drawn = steps(frame(right_to_left=True), line, highest="2", first="a", last="b")
        assert [one[:2] for one in self.rises(drawn)] == [("100%", "80%"), ("80%", "0%")]

    @pytest.mark.parametrize("last", ["Friday", "Thursday, November 19 to Sunday, November 22"])
    def test_its_ends_are_labelled_one_below_the_other_where_they_are_long(self, last: str) -> None:
        drawn = steps(frame(), [Step(0, 1, 1)], highest="1", first="Tuesday", last=last)
        _, first, end = parsed(drawn).findall("text")
        assert (first.get("x"), end.get("x"), end.get("text-anchor")) == ("0%", "100%", "end")
        assert (first.get("y") == end.get("y")) == (last == "Friday")


def test_a_swatch_looks_like_its_series_and_says_nothing() -> None:
    root = parsed(swatch("key", 3))
    assert root.get("aria-hidden") == "true"
    assert root.find("defs/pattern") is not None

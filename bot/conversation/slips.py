"""Slips of the keys: how many letters two words differ by."""

from __future__ import annotations

#: shorter words hide no slip ("tuaj" is another word than "muaj"); longer than seven letters may hide two
SHORTEST, ONE_SLIP = 5, 7


def allowed(word: str) -> int:
    """Return how many slips a word of this length may hide."""
    return 1 if len(word) <= ONE_SLIP else 2


def distance(one: str, other: str, limit: int) -> int:
    """Count inserted, dropped, changed and swapped letters; anything above `limit` is `limit` + 1."""
    if abs(len(one) - len(other)) > limit or len(other) < SHORTEST - 1:
        return limit + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if before and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return min(last[-1], limit + 1)


def near(word: str, other: str) -> bool:
    """Say whether one word may be a slip of the other."""
    if len(word) < SHORTEST or any(letter.isdigit() for letter in word):
        return False
    return distance(word, other, allowed(word)) <= allowed(word)

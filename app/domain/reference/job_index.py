"""An index in memory over short phrases: whole words first, then beginnings, sounds and typing mistakes."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import log

from app.domain.reference.job_words import (
    FAINT_WEIGHT,
    allowed_mistakes,
    distance,
    is_faint,
    singular,
    sound,
    tokens,
)

# What is typed beyond this isn't read: the cost of a search has a ceiling whatever comes.
MAX_TEXT = 100
MAX_TOKENS = 16
UNKNOWN_WORD_WEIGHT = 5.0
# Below this share of what was typed, an entry isn't an answer.
LEAST_SHARE = 0.25
# Words found in several phrases of one entry count less than the same words in one phrase.
SCATTERED = 0.72
MAX_BEGINNINGS = 150
MAX_COMPARED = 40

Strengths = dict[int, float]


class PhraseIndex:
    """Finds entries (numbered from 0) by phrases. Built once, then only read: threads may share it."""

    def __init__(self, entries: Iterable[Sequence[tuple[str, float]]]) -> None:
        """Each entry is the sequence of its phrases, each with its worth (1 for the best)."""
        owners: list[int] = []
        worths: list[float] = []
        phrases: list[frozenset[str]] = []
        words_of_entries: dict[str, set[int]] = defaultdict(set)
        count = 0
        for number, texts in enumerate(entries):
            count += 1
            for words, worth in _distinct(texts):
                owners.append(number)
                worths.append(worth)
                phrases.append(words)
                for word in words:
                    words_of_entries[word].add(number)
        self._owners = owners
        self._worths = worths
        self._words = sorted(words_of_entries)
        self._number_of = {word: number for number, word in enumerate(self._words)}
        self._weights = [
            log(1 + count / len(words_of_entries[word])) * (FAINT_WEIGHT if is_faint(word) else 1.0)
            for word in self._words
        ]
        self._phrase_weights = [
            sum(self._weights[self._number_of[word]] for word in words) or 1.0 for words in phrases
        ]
        self._postings = self._list_postings(phrases)
        self._by_sound = _grouped((sound(word), number) for number, word in enumerate(self._words))
        self._by_pair = _grouped(
            (pair, number) for number, word in enumerate(self._words) for pair in _pairs(word)
        )

    def _list_postings(self, phrases: list[frozenset[str]]) -> list[list[int]]:
        postings: list[list[int]] = [[] for _ in self._words]
        for number, words in enumerate(phrases):
            for word in words:
                postings[self._number_of[word]].append(number)
        return postings

    def search(self, text: str) -> list[tuple[int, float]]:
        """Return (entry, score from 0 to 1), the best first; equal scores keep the order of the entries."""
        typed = tokens(text[:MAX_TEXT])[:MAX_TOKENS]
        if not typed:
            return []
        matches = [self._candidates(token, alone=len(typed) == 1) for token in typed]
        self._add_joined(typed, matches)
        scores = self._scores(typed, matches)
        ranked = sorted(scores.items(), key=lambda item: (-round(item[1], 3), item[0]))
        return [(entry, score) for entry, score in ranked if score >= LEAST_SHARE]

    def _scores(self, typed: list[str], matches: list[Strengths]) -> dict[int, float]:
        whole = 0.0
        found: dict[int, float] = defaultdict(float)
        covered: dict[int, float] = defaultdict(float)
        entries: dict[int, float] = defaultdict(float)
        for token, strengths in zip(typed, matches, strict=True):
            weight = self._weight_of(token, strengths)
            whole += weight
            best: dict[int, float] = {}
            best_entry: dict[int, float] = {}
            for number, strength in strengths.items():
                part = strength * self._weights[number]
                for phrase in self._postings[number]:
                    if strength > best.get(phrase, 0.0):
                        best[phrase] = strength
                        best_entry[self._owners[phrase]] = max(
                            strength, best_entry.get(self._owners[phrase], 0)
                        )
                    covered[phrase] += part
            for phrase, strength in best.items():
                found[phrase] += strength * weight
            for entry, strength in best_entry.items():
                entries[entry] += strength * weight
        scores = {entry: SCATTERED * total / whole for entry, total in entries.items()}
        for phrase, total in found.items():
            share = min(1.0, covered[phrase] / self._phrase_weights[phrase])
            score = total / whole * (0.65 + 0.35 * share) * self._worths[phrase]
            entry = self._owners[phrase]
            scores[entry] = max(score, scores.get(entry, 0.0))
        return scores

    def _weight_of(self, token: str, strengths: Strengths) -> float:
        if token in self._number_of:
            return self._weights[self._number_of[token]]
        if not strengths:
            return UNKNOWN_WORD_WEIGHT * (FAINT_WEIGHT if is_faint(token) else 1.0)
        nearest = max(strengths, key=lambda number: (strengths[number], -number))
        return self._weights[nearest]

    def _candidates(self, token: str, *, alone: bool) -> Strengths:
        """Words of the index that this token may mean, each with a strength between 0 and 1."""
        strengths: Strengths = {}
        if len(token) > 1 or alone:
            self._add_beginnings(token, strengths)
        known = self._number_of.get(token)
        if known is not None:
            strengths[known] = 1.0
            return strengths
        # A short word that begins a longer one is still being typed: guessing mistakes would only add noise.
        if len(token) > 4 or (len(token) > 2 and not strengths):
            heard = sound(token)
            for number in self._by_sound.get(heard, ()) if len(heard) > 1 else ():
                _keep(strengths, number, 0.86)
            self._add_misspelt(token, strengths)
            self._add_same_root(token, strengths)
        if not strengths and len(token) > 4:
            self._add_parts(token, strengths)
            self._add_misspelt_beginnings(token, strengths)
        return strengths

    def _beginning_with(self, start: str) -> range:
        first = bisect_left(self._words, start)
        last = bisect_left(self._words, start + "\x7f", lo=first)
        return range(first, min(last, first + MAX_BEGINNINGS))

    def _add_beginnings(self, token: str, strengths: Strengths, *, trust: float = 1.0) -> None:
        for number in self._beginning_with(token):
            _keep(strengths, number, trust * (0.68 + 0.06 * len(token) / len(self._words[number])))

    def _add_misspelt(self, token: str, strengths: Strengths) -> None:
        allowed = allowed_mistakes(len(token))
        if not allowed:
            return
        shared: dict[int, int] = defaultdict(int)
        for pair in _pairs(token):
            for number in self._by_pair.get(pair, ()):
                shared[number] += 1
        # One mistake spoils at most three of the pairs of letters (a swap).
        needed = max(1, len(token) + 1 - 3 * allowed)
        near = [
            (count, number)
            for number, count in shared.items()
            if count >= needed and abs(len(self._words[number]) - len(token)) <= allowed
        ]
        for _, number in sorted(near, key=lambda item: (-item[0], item[1]))[:MAX_COMPARED]:
            mistakes = distance(token, self._words[number], at_most=allowed)
            if mistakes <= allowed:
                _keep(strengths, number, max(0.45, 1 - 1.5 * mistakes / len(token)))

    def _add_same_root(self, token: str, strengths: Strengths) -> None:
        """« viticulture » leads to « viticulteur » when nobody listed it."""
        length = max(6, len(token) - 4)
        if len(token) < 7:
            return
        for number in self._beginning_with(token[:length]):
            _keep(strengths, number, 0.55)

    def _add_parts(self, token: str, strengths: Strengths) -> None:
        """« autoecole » was typed in one word."""
        for cut in range(3, len(token) - 2):
            left, right = (self._number_of.get(singular(part)) for part in (token[:cut], token[cut:]))
            if left is not None and right is not None:
                _keep(strengths, left, 0.6)
                _keep(strengths, right, 0.6)

    def _add_misspelt_beginnings(self, token: str, strengths: Strengths) -> None:
        for place in range(1, len(token)):
            without = token[:place] + token[place + 1 :]
            swapped = token[: place - 1] + token[place] + token[place - 1] + token[place + 1 :]
            self._add_beginnings(without, strengths, trust=0.7)
            self._add_beginnings(swapped, strengths, trust=0.7)

    def _add_joined(self, typed: list[str], matches: list[Strengths]) -> None:
        """« electro menager » was typed in two words."""
        for place in range(len(typed) - 1):
            number = self._number_of.get(typed[place] + typed[place + 1])
            if number is not None:
                _keep(matches[place], number, 0.95)
                _keep(matches[place + 1], number, 0.95)


def _keep(strengths: Strengths, number: int, strength: float) -> None:
    if strength > strengths.get(number, 0.0):
        strengths[number] = strength


def _distinct(texts: Sequence[tuple[str, float]]) -> list[tuple[frozenset[str], float]]:
    """Phrases that come to the same words are one, with the best worth."""
    best: dict[frozenset[str], float] = {}
    for text, worth in texts:
        words = frozenset(tokens(text))
        if words:
            best[words] = max(worth, best.get(words, 0.0))
    return list(best.items())


def _pairs(word: str) -> set[str]:
    framed = f"^{word}$"
    return {framed[place : place + 2] for place in range(len(framed) - 1)}


def _grouped(items: Iterator[tuple[str, int]] | Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for key, number in items:
        groups[key].append(number)
    return dict(groups)

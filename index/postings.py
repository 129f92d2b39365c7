"""Ranked text search in PostgreSQL that finds what FTS5 finds, in the same order.

PostgreSQL's own search ranks otherwise and cannot compute BM25. So each passage's terms, taken apart by FTS5's own
tokeniser, stand in two tables: `postings`, a row for each term of a passage, whose index alone answers a query of
single words; and `passage_texts`, the terms one after another, for phrases. The formula is FTS5's to the letter:
https://www.sqlite.org/fts5.html#the_bm25_function (k1 = 1.2, b = 0.75; an idf that is not positive counts 0.000001).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from index.sql import Connection
from index.tokens import tokenise

TABLES = """
CREATE TABLE postings (
    term TEXT COLLATE "C" NOT NULL, passage BIGINT NOT NULL, title INTEGER NOT NULL, text INTEGER NOT NULL,
    length INTEGER NOT NULL, PRIMARY KEY (term, passage) INCLUDE (title, text, length));
CREATE TABLE passage_texts (
    passage BIGINT PRIMARY KEY, length INTEGER NOT NULL,
    title TEXT COLLATE "C" NOT NULL, text TEXT COLLATE "C" NOT NULL);
CREATE TABLE totals (passages BIGINT NOT NULL, terms BIGINT NOT NULL);
INSERT INTO totals VALUES (0, 0);
CREATE FUNCTION count_phrase(held TEXT, phrase TEXT[]) RETURNS BIGINT LANGUAGE SQL IMMUTABLE AS '
    SELECT count(*) FROM string_to_array(held, '' '') AS words, unnest(array_positions(words, phrase[1])) AS at
    WHERE words[at : at + cardinality(phrase) - 1] = phrase';
"""
"""`title` and `text` count a term in either, `length` all terms of the passage; `totals` is one row."""

_PHRASE = re.compile(r'"((?:[^"]|"")*)"')

_OF_ONE_WORD = """
SELECT asked.phrase, p.passage, p.length, p.title * ?::float8 + p.text * ?::float8 AS often
FROM unnest(?::bigint[], ?::text[]) AS asked (phrase, term) JOIN postings p ON p.term = asked.term
"""
_OF_SEVERAL = """
SELECT ?::bigint AS phrase, d.passage, d.length,
    count_phrase(d.title, ?::text[]) * ?::float8 + count_phrase(d.text, ?::text[]) * ?::float8 AS often
FROM passage_texts d
WHERE d.passage IN (SELECT passage FROM postings WHERE term = ANY(?::text[]) GROUP BY passage HAVING count(*) = ?)
AND (position(? IN ' ' || d.title || ' ') > 0 OR position(? IN ' ' || d.text || ' ') > 0)
"""
_RANKED = """
WITH hit AS MATERIALIZED ({hits}),
whole AS (SELECT passages::float8 AS passages, terms::float8 / nullif(passages, 0) AS mean FROM totals),
rare AS (SELECT phrase, ln((passages - count(*) + 0.5::float8) / (count(*) + 0.5::float8)) AS log
    FROM hit, whole GROUP BY phrase, passages),
part AS MATERIALIZED (SELECT passage, phrase, CASE WHEN log <= 0 THEN 1e-6::float8 ELSE log END * (often * 2.2::float8
    / (often + 1.2::float8 * (0.25::float8 + 0.75::float8 * length / mean))) AS score
    FROM hit JOIN rare USING (phrase), whole {condition}),
rough AS MATERIALIZED (SELECT passage, sum(score) AS score FROM part GROUP BY passage),
least AS (SELECT min(score) * 0.999999999::float8 AS score
    FROM (SELECT score FROM rough ORDER BY score DESC LIMIT ?) AS best)
SELECT passage, sum(score ORDER BY phrase) AS score FROM part
WHERE passage IN (SELECT passage FROM rough, least WHERE rough.score >= least.score)
GROUP BY passage ORDER BY score DESC, passage LIMIT ?
"""
"""Sums are taken twice: in any order, which is quick, and of the best in the order of FTS5, so that ties fall alike."""


class Postings:
    """The text search over the tables of `TABLES`; a `TextIndex`."""

    def add(self, connection: Connection, passages: Sequence[tuple[int, str, str]]) -> None:
        """Index `(passage id, title, text)`."""
        titles = tokenise([title for _, title, _ in passages])
        texts = tokenise([text for _, _, text in passages])
        rows = [
            (i, len(title) + len(text), " ".join(title), " ".join(text))
            for (i, _, _), title, text in zip(passages, titles, texts, strict=True)
        ]
        connection.execute(
            "INSERT INTO passage_texts SELECT * FROM unnest(?::bigint[], ?::integer[], ?::text[], ?::text[])",
            _columns(rows, 4),
        )
        postings = []
        for (i, length, _, _), title, text in zip(rows, titles, texts, strict=True):
            in_title, in_text = Counter(title), Counter(text)
            postings += [(term, i, in_title[term], in_text[term], length) for term in sorted({*title, *text})]
        connection.execute(
            "INSERT INTO postings SELECT * FROM "
            "unnest(?::text[], ?::bigint[], ?::integer[], ?::integer[], ?::integer[])",
            _columns(postings, 5),
        )
        terms = sum(length for _, length, _, _ in rows)
        connection.execute("UPDATE totals SET passages = passages + ?, terms = terms + ?", (len(rows), terms))

    def remove(self, connection: Connection, passages: Sequence[tuple[int, str, str]]) -> None:
        """Take out what `add` was given."""
        connection.execute(
            "WITH gone AS (DELETE FROM passage_texts WHERE passage = ANY(?::bigint[]) RETURNING *), "
            "dropped AS (DELETE FROM postings p USING (SELECT DISTINCT passage, "
            "unnest(string_to_array(title || ' ' || text, ' ')) AS term FROM gone) AS held "
            "WHERE p.term = held.term AND p.passage = held.passage) "
            "UPDATE totals SET passages = passages - (SELECT count(*) FROM gone), "
            "terms = terms - (SELECT coalesce(sum(length), 0) FROM gone)",
            ([i for i, _, _ in passages],),
        )

    def clear(self, connection: Connection) -> None:
        """Take out everything."""
        for table in ("postings", "passage_texts"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE totals SET passages = 0, terms = 0")

    def match(
        self,
        connection: Connection,
        query: str,
        *,
        k: int,
        weights: tuple[float, float],
        allowed: tuple[str, Sequence[Any]] | None,
    ) -> list[tuple[int, float]]:
        """The `k` best `(passage id, BM25)`, best first."""
        hits, parameters = _select_hits(query, weights)
        if not hits:
            return []
        select, values = allowed or ("", ())
        condition = f"WHERE passage IN (SELECT id FROM passages WHERE article IN ({select}))" if allowed else ""
        statement = _RANKED.format(hits=hits, condition=condition)
        rows = connection.execute(statement, (*parameters, *values, k, k))
        return [(int(passage), float(score)) for passage, score in rows]

    def count(self, connection: Connection, query: str, *, limit: int) -> int:
        """How many passages match, counted up to `limit`; of a query for one phrase."""
        hits, parameters = _select_hits(query, (1.0, 1.0))
        if not hits:
            return 0
        select = f"SELECT count(*) FROM (SELECT 1 FROM ({hits}) AS hit LIMIT ?) AS counted"
        return int(connection.execute(select, (*parameters, limit)).fetchone()[0])

    def held(self, connection: Connection) -> set[int]:
        """The passages that are indexed."""
        return {int(row[0]) for row in connection.execute("SELECT passage FROM passage_texts")}

    def check(self, connection: Connection) -> str:
        """Every passage's postings against its terms, and the totals against all of them."""
        (wrong,) = connection.execute(
            "SELECT count(*) FROM (SELECT passage, sum(title + text) AS length, min(length) AS said FROM postings "
            "GROUP BY passage) AS p FULL JOIN passage_texts t USING (passage) "
            "WHERE coalesce(p.length, 0) IS DISTINCT FROM t.length OR p.said <> t.length"
        ).fetchone()
        (agree,) = connection.execute(
            "SELECT passages = (SELECT count(*) FROM passage_texts) "
            "AND terms = (SELECT coalesce(sum(length), 0) FROM passage_texts) FROM totals"
        ).fetchone()
        faults = [f"{wrong:,} passages have other postings than terms"] if wrong else []
        return "; ".join(faults + ([] if agree else ["the totals are not those of the passages"]))

    def finds(self, connection: Connection, passage: int, terms: Sequence[str]) -> bool:
        """Whether a passage is found by all of `terms`."""
        words = sorted({word for each in tokenise(terms) for word in each})
        statement = "SELECT count(*) FROM postings WHERE passage = ? AND term = ANY(?::text[])"
        return int(connection.execute(statement, (passage, words)).fetchone()[0]) == len(words)


def _select_hits(query: str, weights: tuple[float, float]) -> tuple[str, list[Any]]:
    """A SELECT of phrase, passage, its length and how often it is there, and its parameters; "" for none.

    A phrase without a term, of characters that are none, is found nowhere.
    """
    phrases = tokenise([found.replace('""', '"') for found in _PHRASE.findall(query)])
    single = [(number, phrase[0]) for number, phrase in enumerate(phrases) if len(phrase) == 1]
    selects, parameters = [], []
    if single:
        selects.append(_OF_ONE_WORD)
        parameters += [*weights, *_columns(single, 2)]
    for number, phrase in enumerate(phrases):
        if len(phrase) > 1:
            selects.append(_OF_SEVERAL)
            side_by_side = f" {' '.join(phrase)} "
            parameters += [number, phrase, weights[0], phrase, weights[1]]
            parameters += [phrase, len(set(phrase)), side_by_side, side_by_side]
    return " UNION ALL ".join(selects), parameters


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    """Rows as columns, as `unnest` takes them: one statement stores them all."""
    return [[row[at] for row in rows] for at in range(count)]

"""Lines on who made an article: who reported and edited it, how to reach them, who paid for it.

Every form wants the whole line. This module does not know about articles, nor where in one a line stood.
"""

from __future__ import annotations

import re

NAMED_WORD = (
    r"(?-i:[^\sa-zß-öø-ÿ]\S*|(?:of|and|by|for|via|from|the|at|in|on|de|del|della|van|von|der|den|al|el|la|di|da|"
    r"courtesy|handout|staff|author|reporting|research|website)[,.;:]?|[a-z][\w./-]*\.(?:com|org|net|gov|uk)[.,;)]?)"
)
NAMES = rf"(?:{NAMED_WORD}\s+)*{NAMED_WORD}"
"""Whom a credit names: capitals and what joins them. A verb is neither, so "Images by Maxar show ..." is no credit."""

_WRITER = r"(?:reporter|writer|columnist|editor|critic|correspondent|producer|team|newsroom)s?"
STAFF = re.compile(
    r"(?!.*(?:\bpolice\b|\bdetectives?\b|\bsheriff|\.gov\b|\.edu\b))(?:"  # whom the public should turn to is news
    r"(?:you can )?(?:follow|reach|contact|e-?mail|find) (?:out to )?"
    rf"(?:us|me|him|her|them|(?:[\w&'’.-]+ ){{0,6}}{_WRITER}(?: {NAMES})?|{NAMES})"
    r" on (?:twitter|facebook|instagram|x|threads|tiktok)\b.*|"
    r"(?:you can )?(?:follow|reach|contact|e-?mail|find)"
    rf"(?:(?-i:[A-Z])|:? (?:out to )?(?:(?:[\w&'’.-]+ ){{0,6}}{_WRITER}\b|(?:us|me|him|her|them|staff|this|the)\b|"
    r"(?-i:[^\W\d_a-z])|@\w|\S+ \S+ at )).{0,120}@\w.*|"
    r"contributing(?: writers?)?: .{3,300}|from usa today network and wire reports|e-?mail: \S+@\S+(?:[ ;].*@\S+.*)?|"
    r"(?:[-–—]+\s*)?(?:reporters? )?(?:(?:the )?associated press|reuters|cnn|npr|"
    r"bbc)?[^.!?]{0,160}\b(?:also )?contributed "
    r"(?:reporting|to this (?:report|story|article))[^.]{0,80}\.?|reporting by .{3,200}\bediting by\b.*|"
    r".{0,220}(?<!\bto )\b(?:reach|contact|e-?mail|follow|call)\b (?:him|her|me|[\w ]{0,30}reporter)\b.{0,90}@\w.*|"
    rf"(?:.{{0,220}}\b(?:covers?|reports? on|{_WRITER})\b.{{0,220}}[.?!] )?"
    r"(?:you can )?(?:reach|contact|e-?mail|follow|call) them\b.{0,90}@\w.*|"
    r"(?:twitter|e-?mail|facebook|instagram): \S+|\S+@\S+\.\w+|more ap [\w ]+: https?:\S+.*|"
    r"send (?:us )?(?:a |your |any )?(?:news |story )?tips?\b.{0,80}@\w.*|"
    r"have (?:a |any )?(?:news |story )?tips?(?: (?:for|about|on) [^?.]{1,60})?\?(?: .*@\w.*)?)",
    re.IGNORECASE,
)
_ROLE = (
    r"(?:additional |further )?(?:reporting|writing|editing|compiled|translat(?:ed|ing|ion))"
    r"(?: and (?:writing|editing))? by"
)
REPORTED_BY = re.compile(
    rf"\(?{_ROLE} {NAMES}(?:\s+(?:and )?{_ROLE} {NAMES})*\)?|"
    rf"\(?with (?:additional )?(?:reporting|files?|inputs?|material|contributions) (?:by|from) {NAMES}\)?|"
    r"by (?:our|an?) (?:[\w-]+ ){0,2}(?:correspondents?|reporters?|newsroom|staff)"
    rf"(?: (?:in|at) {NAMES})?\.?",
    re.IGNORECASE,
)
"""Names only: "Reporting by women showed ..." is none."""
GRANT = re.compile(
    r".{0,80}\b(?:coverage|reporting|journalism|work)\b.{0,80}\b"
    r"(?:is|are) (?:made possible|supported) in part by (?:a )?(?:grants?|funding)\b.*|"
    r".{3,80}\bis a usa today content partner\b.*",
    re.IGNORECASE,
)

# What any match holds: a look at the pattern takes 50 times as long.
STAFF_WORDS = (
    "@", "twitter", "facebook", "instagram", "on x", "threads", "tiktok", "contribut", "wire reports", "mail: ",
    "reporting by", "more ap ", "tip",
)  # fmt: skip
REPORTED_BY_WORDS = (
    "reporting", "writing by", "editing by", "compiled by", "translat", "with reporting", "with additional",
    "with file", "with input", "with material", "with contribution", "by our ", "by a ", "by an ",
)  # fmt: skip
GRANT_WORDS = ("in part by", "content partner")

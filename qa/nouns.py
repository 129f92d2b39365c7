"""Nouns for people, for what else has a name, and offices before a name, as parts of patterns.

This module does not know what is told of them.
"""

from __future__ import annotations

PERSON = (
    r"(?:\d+-year-old|man|woman|(?:co-|vice-|ex-)?\w{2,}(?:man|woman|ist|ian)|president|minister|premier|chancellor|secretary|mayor|"
    r"governor|senator|lawmaker|ambassador|diplomat|envoy|politician|spokesperson|king|queen|prince|princess|emperor|"
    r"heir|pope|bishop|archbishop|priest|cardinal|imam|cleric|preacher|pastor|general|colonel|commander|captain|"
    r"lieutenant|major|sergeant|admiral|soldier|officer|guard|leader|head|chief|boss|founder|co-founder|director|"
    r"chair|chairperson|executive|ceo|manager|owner|operator|adviser|advisor|aide|ally|deputy|official|judge|lawyer|"
    r"attorney|prosecutor|investigator|detective|commissioner|inspector|sheriff|suspect|driver|bomber|attacker|killer|"
    r"murderer|assassin|fighter|rebel|warlord|militant|hostage|prisoner|inmate|victim|survivor|witness|dissident|"
    r"campaigner|singer|rapper|actor|actress|writer|author|poet|painter|composer|player|coach|trainer|footballer|"
    r"striker|goalkeeper|boxer|runner|swimmer|champion|winner|pilot|doctor|surgeon|nurse|professor|teacher|student|"
    r"engineer|farmer|banker|trader|investor|entrepreneur|developer|reporter|editor|presenter|designer|ruler|speaker|"
    r"candidate|nominee|successor|predecessor|member|citizen|national|native|resident|brother|sister|father|mother|"
    r"son|daughter|husband|wife|widow|uncle|aunt|nephew|niece|cousin|friend|girlfriend|boyfriend|partner|boy|girl|"
    r"teenager|oligarch|billionaire|mercenary|spy|hacker|star)"
)
THING = (
    r"(?:group|movement|organi[sz]ation|party|bloc|alliance|coalition|union|federation|militia|army|force|network|gang|"
    r"cartel|agency|service|airline|company|firm|bank|maker|manufacturer|retailer|brand|startup|newspaper|magazine|"
    r"broadcaster|channel|website|app|platform|charity|foundation|institute|think-tank|university|club|team|band|"
    r"orchestra|colony|prison|mission|operation|programme|program|pact|treaty|virus|disease|vaccine|tanker|ferry|"
    r"rocket|satellite|spacecraft|missile|province|region|republic|city|town|village|district|suburb|island|river|"
    r"capital|venue|branch|arm|unit|office|ministry|department|committee|commission|council|court|authority|"
    r"administration|association|league|fund|front|corporation|system|index)"
)
OFFICE = (
    r"(?:Attorney General|President|Prime Minister|Premier|Chancellor|(?:[A-Z]\w+ )?(?:Minister|Secretary)|Senator|"
    r"Governor|Mayor|King|Queen|Prince|Princess|Pope|Archbishop|Bishop|Cardinal|General|Colonel|Captain|Major|"
    r"Lieutenant|Sergeant|Admiral|Commander|Sheriff|Ambassador|Judge|Justice|Professor|Imam|Ayatollah|Sheikh)"
)

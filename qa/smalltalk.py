"""Short replies to what is no question about the articles: greetings, thanks, Dateline itself, other languages.

A reply is given only where the whole message is small talk, so that a question about the news is never taken for
it. This module does not know which articles or which model there are.
"""

from __future__ import annotations

import re
import unicodedata

from qa.phrases import word_set

_ENGLISH_ONLY = "I read and answer in English only. Please ask in English."
_ABOUT = (
    "I am Dateline. I answer questions from the news articles in your index, with a small language model that runs on "
    "this machine; nothing you ask leaves it. Every sentence I show is cited, and where the articles do not hold the "
    "answer I say so. Try: who, when, where, how many, or why."
)
_REPLIES = tuple(
    (re.compile(rf"(?:{pattern})", re.IGNORECASE), reply)
    for pattern, reply in (
        (
            r"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))"
            r"(?: (?:there|again|dateline|all))*"
            r"(?: how are you(?: doing)?(?: today)?)?|how are you(?: doing)?(?: today)?|how do you do|what's up",
            "Hello. Ask me something about the articles in your index.",
        ),
        (
            r"(?:(?:ok|okay|great|good|perfect|nice|cool|well|yes|no|alright)\s)*"
            r"(?:thanks|thank you|thx|ty|cheers|much appreciated)"
            r"(?: (?:so|very) much| a lot| again| dateline| that helps| for (?:the|your|that|this)(?: \w+){0,3})*"
            r"|(?:that was |that is |that's )?(?:very |really )?helpful|that (?:really )?helps",
            "You are welcome.",
        ),
        (
            r"(?:(?:ok|okay|great|good|perfect|nice|cool|fine|well done|alright|good job|got it|i see|yes|no)\s?)+",
            "Fine. Ask on whenever you like.",
        ),
        (
            r"sorry|never ?mind|forget it|stop|lol|haha|hmm+|test|no thanks|yes please",
            "Fine. Ask on whenever you like.",
        ),
        (
            r"(?:no )?(?:you are|you're|that is|that's|this is) (?:wrong|not (?:right|true|correct)|incorrect|false)"
            r"|are you sure(?: about (?:that|this|it))?|how (?:accurate|reliable|good) are you",
            "I can be wrong: a small model misreads. Read the quotes beside an answer, and ask in other words if they "
            "do not bear it out.",
        ),
        (
            r"(?:how many|which|what) (?:articles|sources|news|newspapers|documents)"
            r" (?:do you (?:have|know|use|read)|are (?:there )?in (?:your|the|my) index|are indexed)"
            r"|where does your information come from|what do you know",
            "I know only the articles in your index. How many there are, of which days and from which sources, is what "
            "`dateline status` tells; the page lists the sources under its filters.",
        ),
        (
            r"(?:can|do|could) you (?:speak|understand) [a-z]+"
            r"|(?:(?:can|do|could) you )?(?:answer|reply|write) in (?!detail\b|full\b|short\b|brief\b|more\b)[a-z]+",
            _ENGLISH_ONLY,
        ),
        (
            r"hola|bonjour|salut|guten (?:tag|morgen|abend)|hallo|ciao|buongiorno|ol[aá]|merci(?: beaucoup)?"
            r"|(?:muchas )?gracias|danke(?: sch[öo]n)?|vielen dank|grazie|obrigad[oa]|tack|tak|dziękuję|buenos d[ií]as",
            _ENGLISH_ONLY,
        ),
        (r"what|huh|pardon", "Please ask a question about the articles in your index."),
        (
            r"(?:(?:ok|okay|thanks|thank you|well)\s)*(?:bye|goodbye|bye bye|see you|good night|farewell)"
            r"(?: (?:dateline|then|later|soon|tomorrow|for now|all))*",
            "Goodbye.",
        ),
        (
            r"who (?:are|made|built|wrote|created|trained|developed) you|what are you|what(?: is|'s) your name"
            r"|what(?: else)? can you do(?: for me)?|what do you do|what can i ask(?: you)?"
            r"|how do you work|how does dateline work"
            r"|(?:can you )?help(?: me)?"
            r"|are you (?:(?:a|an) )?(?:\w+ )?(?:bot|robot|ai|human|real|person|chatgpt|model|llm)"
            r"|(?:what|which) (?:language |ai )?(?:model|llm|ai)"
            r"(?: (?:are you|do you use|is this|are you using|is used))?"
            r"|(?:what|who) is dateline|tell me about yourself|are you online|do you use the internet"
            r"|is my data safe|do you (?:send|store|share) my (?:questions|data)(?: \w+)?"
            r"|what can(?:'t| you not) (?:you )?do|do you know everything|how do you know(?: that)?",
            _ABOUT,
        ),
    )
)

_ENGLISH = word_set(
    "the of and to is are was were did do does how what which who when where why for with about from by has have had "
    "that this it be been will would can could they he she his her their there between after before into"
)
_OTHER = word_set(
    # German, French, Spanish, Italian, Portuguese, Dutch: words for asking and joining, none of them English
    "wer wie wo wann warum wieso welche welcher welches wurde wurden der das und ist sind nicht ein eine einen viele "
    "beim auf für von im zum haben hat waren dem den mit passierte passiert "
    "qui que quoi quand où pourquoi combien quel quelle est sont été était les des une dans sur pour avec ont pas il "
    "quién quien qué cuándo cuando dónde donde cuántos cuántas cuál cómo cuantos como por fue fueron los las una del "
    "el en está se murieron hay "
    "chi cosa quando dove perché quanti quante quale che è sono nel nella della dei gli stato stata morti "
    "quem onde quantos quantas porque foi foram uma da dos das não em na "
    "wat waar wanneer waarom hoeveel welke het een zijn werd werden niet bij"
)
_ASKING = re.compile(
    r"¿|(?:wer|wie|wo|wann|warum|wieso|qui|quand|où|pourquoi|combien|quién|quien|qué|cuándo|dónde|cuántos|cuántas"
    r"|cómo|chi|quando|dove|perché|quanti|quem|onde|quantos|wanneer|waarom|hoeveel|hvem|hvor|hvorfor|hvornår|vem|varför|kto|ilu"
    r"|kiedy|gdzie|dlaczego|kdo|kde|kdy|proč|kaç|nerede|neden|cine|unde|când|câți|hány|mikor)\s"
)
_WORDS = re.compile(r"[^\W\d_]+")
MIN_OTHER_WORDS = 2


def reply_to_smalltalk(question: str) -> str | None:
    """A short honest reply where `question` asks nothing of the articles, otherwise None."""
    if not any(c.isalnum() for c in question):
        return "Please ask a question about the articles in your index."
    if is_other_language(question):
        return _ENGLISH_ONLY
    plain = " ".join(re.sub(r"[^\w\s']", " ", question.replace("’", "'")).split())
    plain = re.sub(r"^please | please$", "", plain, flags=re.IGNORECASE)
    return next((reply for pattern, reply in _REPLIES if pattern.fullmatch(plain)), None)


def is_other_language(question: str) -> bool:
    """Whether `question` is surely in another language than English: by its script, or by its small words.

    Only words in lower case count, besides the first: capitals may be names in any language.
    """
    words = _WORDS.findall(question)
    small = [word.lower() for i, word in enumerate(words) if i == 0 or word.islower()]
    english = sum(word in _ENGLISH for word in small)
    other = sum(word in _OTHER for word in small)
    if english == 0 and (_ASKING.match(question.lower()) or _is_other_script(question)):
        return True
    return other >= MIN_OTHER_WORDS and other > english


def _is_other_script(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return sum("LATIN" not in unicodedata.name(c, "") for c in letters) * 2 > len(letters)

"""Names of lands, and of capitals and bodies that act for them, lower-case: alone none of them is a person's.

This module does not know who asks.
"""

from __future__ import annotations

from qa.phrases import word_set

LANDS = word_set(
    "afghanistan albania algeria angola argentina armenia australia austria azerbaijan bahrain bangladesh belarus "
    "belgium benin bolivia bosnia botswana brazil britain bulgaria burundi cambodia cameroon canada chad chile china "
    "colombia congo croatia cuba cyprus denmark ecuador egypt england eritrea estonia ethiopia fiji finland france "
    "gabon gambia gaza georgia germany ghana greece guatemala guinea guyana haiti honduras hungary iceland india "
    "indonesia iran iraq ireland israel italy jamaica japan jordan kazakhstan kenya kosovo kuwait kyrgyzstan laos "
    "latvia lebanon lesotho liberia libya lithuania luxembourg madagascar malawi malaysia maldives mali malta "
    "mauritania mauritius mexico moldova mongolia montenegro morocco mozambique myanmar namibia nepal netherlands "
    "nicaragua niger nigeria norway oman pakistan palestine panama paraguay peru philippines poland portugal qatar "
    "romania russia rwanda scotland senegal serbia singapore slovakia slovenia somalia spain sudan sweden switzerland "
    "syria taiwan tajikistan tanzania thailand togo tunisia turkey turkmenistan uganda ukraine uruguay uzbekistan "
    "venezuela vietnam wales yemen zambia zimbabwe africa america asia europe ankara beijing berlin brussels cairo "
    "delhi kyiv london madrid moscow paris pyongyang rome tehran tokyo washington hamas hezbollah kremlin pentagon "
    "congress"
)
"""Lands, and capitals and bodies that act for them: alone they are nobody's name, save Chad's and Jordan's."""

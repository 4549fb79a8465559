"""What looks like a secret is replaced before a text is logged, stored or sent: by its form, and when in doubt."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"

# What stands before the word that names a secret is no part of the form: a search for where it begins would begin at
# each of its words.
_FORM: Final = re.compile(
    r"(?P<name>(?:password|passwd|passphrase|secret|token|api_?key|community)\b[\"']?\s*[=:]\s*)(?P<value>\"[^\"]*\"|'[^']*'|[^\s,;&]+)"
    r"|(?P<bearer>\b(?:Bearer|Basic)\s+)\S+"
    r"|(?P<url>://[^\s/:@]{1,64}:)[^\s/@]+(?=@)"
    r"|(?P<key>-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.IGNORECASE,
)


def _hide(match: re.Match[str]) -> str:
    for group in ("name", "bearer", "url", "key"):
        if match.group(group):
            return f"{match.group(group)}{HIDDEN}"
    return HIDDEN


def text(value: str) -> str:
    """Return `value` with ``password=...``, bearer tokens, ``user:pass@`` and private keys replaced."""
    return _FORM.sub(_hide, value)

"""paramiko without the command runner that it loads for `Match exec` in an ssh_config, which the daemon never reads.

That runner (`invoke`, with asyncio, unittest.mock and a YAML of its own) is optional to paramiko and is 40 % of its
import.
"""

import sys

_ABSENT = "invoke" not in sys.modules
if _ABSENT:
    sys.modules["invoke"] = None  # type: ignore[assignment]  # how Python is told that a module is not there
try:
    import paramiko
finally:
    if _ABSENT:
        del sys.modules["invoke"]

__all__ = ["paramiko"]

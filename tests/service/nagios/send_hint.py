"""Run by Nagios as notification command and event handler: post the macros given as NAME=VALUE to the hook.

    send_hint.py URL TOKEN_FILE json|form NAME=VALUE...

The token is read from a file, never given in the argv. What happened is appended to `sent.log` beside the token file.
"""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path


def main() -> int:
    url, token_file, kind, *pairs = sys.argv[1:]
    fields = dict(pair.split("=", 1) for pair in pairs)
    if kind == "form":
        body, content_type = urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
    else:
        body, content_type = json.dumps(fields).encode(), "application/json"
    token = Path(token_file).read_text(encoding="utf-8").strip()
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {token}"}
    answer = "no answer"
    for pause_s in (0.2, 1.0, 2.0):
        try:
            request = urllib.request.Request(url, data=body, headers=headers)
            with urllib.request.urlopen(request, timeout=8) as reply:
                answer = f"{reply.status} {reply.read(200).decode()}"
                break
        except urllib.error.HTTPError as error:
            answer = f"{error.code} {error.read(300).decode()}"
            if error.code not in (429, 503):
                break
        except OSError as error:
            answer = str(error)
        time.sleep(pause_s)
    with Path(token_file).with_name("sent.log").open("a", encoding="utf-8") as log:
        log.write(json.dumps({"body": fields, "answer": answer}) + "\n")
    return 0 if answer.startswith("202") else 1


if __name__ == "__main__":
    sys.exit(main())

"""Runs on the host, standard library only, Python 3.6 or later: how daemons of Open vSwitch and OVN are asked.

Commands (unixctl) and databases (OVSDB, RFC 7047) both speak JSON-RPC over a unix socket, without any tool. All daemons
are asked side by side, each until its own deadline. Nothing here changes anything, and no command that does is ever
sent. This text stands in front of those that use it (ovs/remote.py, ovn/remote.py).
"""

import errno
import glob
import json
import os
import re
import select
import socket
import time

WAIT_S = 2.0
EXEC_S = 3.0
MOST_ANSWER = 4 << 20
MOST_SOCKETS = 8
MOST_PROCESSES = 16
KEYS = re.compile(r"system-id$|hostname$|ovn-[a-zA-Z0-9_.:-]{1,120}$")
ORDER = ("answered", "wedged", "garbled", "denied")
DECODER = json.JSONDecoder()


class Talk(object):
    """One connection, all of whose requests are sent at once."""

    def __init__(self, path, requests):
        self.path, self.word, self.reason = path, None, ""
        self.answers, self.left, self.got = [None] * len(requests), len(requests), b""
        self.out = b"".join(
            json.dumps({"id": number, "method": one[0], "params": one[1]}).encode()
            for number, one in enumerate(requests)
        )
        self.socket, self.heard = None, False

    def begin(self):
        """Connect. An absent path, a refusal and a full backlog end it at once."""
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        try:
            self.socket.connect(self.path)
        except OSError as error:
            full = error.errno in (errno.EAGAIN, errno.EINPROGRESS)
            words = {errno.ECONNREFUSED: "refused", errno.ENOENT: "absent"}
            self.end("wedged" if full else words.get(error.errno, "denied"), error.strerror or "connect failed")

    def end(self, word, reason=""):
        self.word, self.reason = word, reason
        self.socket.close()

    def writable(self):
        try:
            self.out = self.out[self.socket.send(self.out) :]
        except OSError as error:
            self.end("refused", error.strerror or "send failed")

    def readable(self):
        try:
            piece = self.socket.recv(1 << 18)
        except OSError as error:
            return self.end("garbled", error.strerror or "recv failed")
        self.got += piece
        self.heard = True
        if not piece:
            return self.end("garbled", "it hung up in the middle")
        if len(self.got) > MOST_ANSWER:
            return self.end("garbled", "it answered more than %d bytes" % MOST_ANSWER)
        if piece[-1:] == b"}" or len(piece) < 4096:
            self.parse()

    def parse(self):
        """Take the whole messages off what has come; the rest waits for more."""
        try:
            text = self.got.decode("utf-8")
        except ValueError:
            return None  # the end of a character is still to come, or never will
        at = 0
        while at < len(text):
            try:
                message, at = DECODER.raw_decode(text, at)
            except ValueError:
                break
            except RuntimeError:
                return self.end("garbled", "it nests too deep")
            number = message.get("id") if isinstance(message, dict) and "method" not in message else None
            if type(number) is int and 0 <= number < len(self.answers) and self.answers[number] is None:
                self.answers[number] = (message.get("error"), message.get("result"))
                self.left -= 1
        self.got = text[at:].encode("utf-8")
        if not self.left:
            self.end("answered")
        return None


def ask_all(talks, wait_s=WAIT_S):
    """Carry on all of `talks`, side by side, until each has ended or the time is over."""
    ends = time.monotonic() + wait_s
    for talk in talks:
        talk.begin()
    while True:
        open_ones = [talk for talk in talks if talk.word is None]
        left = ends - time.monotonic()
        if not open_ones or left <= 0:
            break
        by = {talk.socket.fileno(): talk for talk in open_ones}
        writing = [fd for fd, talk in by.items() if talk.out]
        ready, free, _ = select.select(list(by), writing, [], left)
        for fd in free:
            by[fd].writable()
        for fd in ready:
            if by[fd].word is None:
                by[fd].readable()
    for talk in talks:
        if talk.word is None:
            talk.end("garbled" if talk.heard else "wedged", "no whole answer within %.1f s" % wait_s)


def ask_daemons(patterns, root, run, talk, named, proc):
    """Ask each daemon, and return its talks, and its processes where somebody had to look for them.

    `patterns` and `named` are by daemon: its sockets in the run directory `run`, and its process. One without a socket
    there is asked below the root of its own process.
    """
    talks = {key: [talk(key, path) for path in sockets([root + run], each)] for key, each in patterns.items()}
    ask_all([one for each in talks.values() for one in each])
    silent = [key for key, each in talks.items() if best(each) is None or best(each).word != "answered"]
    found = processes({key: named[key] for key in silent}, proc) if silent else None
    more = {
        key: [talk(key, path) for path in below((found or {}).get(key), run, patterns[key])]
        for key in silent
        if best(talks[key]) is None
    }
    ask_all([one for each in more.values() for one in each])
    for key, each in more.items():
        talks[key] += each
    return talks, found or {}


def processes(wanted, proc="/proc"):
    """Return the processes of each of `wanted`, {key: (name, word of its command line)}; None: it cannot be told.

    One that has ended and was not waited for yet (a zombie) does not run. One in another network is nobody of this
    host: kolla's containers have the host's own. A machine may have guests with an OVN of theirs.
    """
    here = _network(proc, "self")
    found = {key: [] for key in wanted}
    names = {name for name, _ in wanted.values()}
    try:
        numbers = [word for word in os.listdir(proc) if word.isdigit()]
    except OSError:
        return None
    for number in numbers:
        try:
            with open("%s/%s/stat" % (proc, number), "rb") as file:
                head, _, rest = file.read(400).decode("utf-8", "replace").rpartition(")")
            name, state = head.partition("(")[2], rest.split()[0]
            if name in names and state not in "ZX" and _network(proc, number) in (here, None):
                with open("%s/%s/cmdline" % (proc, number), "rb") as file:
                    line = file.read(8192).decode("utf-8", "replace")
                for key, (wanted_name, word) in wanted.items():
                    if wanted_name == name and word in line and len(found[key]) < MOST_PROCESSES:
                        found[key].append({"pid": int(number), "state": state})
        except (OSError, IndexError):
            continue  # it has ended
    return found


def _network(proc, number):
    """Return the network namespace of a process; None where it cannot be read."""
    try:
        return os.stat("%s/%s/ns/net" % (proc, number)).st_ino
    except OSError:
        return None


def sockets(folders, patterns):
    """Return the paths of sockets in `folders` that `patterns` name: those of earlier patterns first, newest first."""
    found = []
    for folder in folders:
        for pattern in patterns:
            paths = glob.glob(folder + "/" + pattern)
            found.extend(sorted(paths, key=_newest))
    return list(dict.fromkeys(found))[:MOST_SOCKETS]


def _newest(path):
    try:
        return -os.lstat(path).st_mtime
    except OSError:
        return 0


def below(found, folder, patterns):
    """Return the sockets of a daemon below the roots of its processes, where it has a run directory of its own."""
    paths = []
    for one in found or ():
        paths.extend(sockets(["/proc/%d/root%s" % (one["pid"], folder)], patterns))
    return paths[:MOST_SOCKETS]


def best(talks):
    """Return the talk that says most of a daemon: one that answered, else one that is stuck; None: neither."""
    known = [talk for talk in talks if talk.word in ORDER]
    return min(known, key=lambda talk: ORDER.index(talk.word)) if known else None


def reached(talks, found):
    """Return how a daemon is reached by `talks`; `found` are its processes, None where nobody looked."""
    talk = best(talks)
    way = talk.path if talk else talks[-1].path if talks else None
    if talk:
        word = "unreached" if talk.word == "denied" else talk.word
        return {"answering": word, "way": way, "reason": talk.reason, "processes": found}
    if found is None or found:
        why = "it runs, and no socket of it was found" if found else "the processes cannot be listed"
        return {"answering": "unreached", "way": way, "reason": why, "processes": found}
    why = "nobody listens at its socket" if talks else "it has no socket"
    return {"answering": "stopped", "way": way, "reason": why, "processes": found}


def text_of(path, limit=65536):
    """Return the file's first bytes as text; None without the file, or where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(limit).decode("utf-8", "replace")
    except OSError:
        return None

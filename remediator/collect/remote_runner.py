"""Runs on the host, under Python 3.6 or later, standard library only. It is the frame of the collector.

It reads one JSON request from standard input. It runs each requested section in a child of its own, with its own
process group, timeout, memory limit and size limit. Then it prints one line ``SENTINEL JSON`` and ends.

Invariant: it writes no file, starts nothing that outlives it, and one section's failure never hides another's result.
assembly.py puts it together and defines SOURCES (integration name -> text of its remote.py) before this text.
"""

import errno
import fcntl
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
import traceback

TOOL_MEMORY = 4 << 30
ENDINGS = (signal.SIGALRM, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
JOBS = []  # the sections under way


def run(argv, timeout_s, limit=4 << 20):
    """Run one tool; return (exit code, stdout, last 500 characters of stderr). Exit code None: no answer in time.

    Raises OSError when the tool cannot be started. Output above `limit` bytes raises ValueError.
    """
    child = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_tool_limits
    )
    ends = time.monotonic() + timeout_s
    out, err, chunks = [], b"", {child.stdout.fileno(): "out", child.stderr.fileno(): "err"}
    size = 0
    while chunks:
        left = ends - time.monotonic()
        ready = select.select(list(chunks), [], [], left)[0] if left > 0 else []
        if not ready:
            child.kill()
            return None, "", err.decode("utf-8", "replace")[-500:]
        for fd in ready:
            piece = os.read(fd, 65536)
            if not piece:
                del chunks[fd]
            elif chunks[fd] == "out":
                size += len(piece)
                if size > limit:
                    child.kill()
                    raise ValueError("%s printed more than %d bytes" % (argv[0], limit))
                out.append(piece)
            else:
                err = (err + piece)[-2000:]
    try:
        code = child.wait(max(0.1, ends - time.monotonic()))
    except subprocess.TimeoutExpired:
        child.kill()
        return None, "", "it closed its output and did not end"
    return code, b"".join(out).decode("utf-8", "replace"), err.decode("utf-8", "replace")[-500:]


def _tool_limits():
    """Tools written in Go reserve far more address space than they use, so they get a limit of their own."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = TOOL_MEMORY if hard == resource.RLIM_INFINITY else min(TOOL_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _child(spec, request, fd, lock_fd, timeout_s):
    """The life of a section's child: compute, write the result to `fd`, end without cleaning up the parent's state."""
    os.setpgid(0, 0)
    for number in ENDINGS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(0, signal.SIGKILL))
    signal.alarm(int(timeout_s) + 2)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    if lock_fd is not None:
        os.close(lock_fd)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = spec["memory_mb"] << 20
    resource.setrlimit(resource.RLIMIT_AS, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        space = {"__name__": "remediator_" + spec["integration"]}
        source = compile(SOURCES[spec["integration"]], spec["integration"] + "/remote.py", "exec")  # noqa: F821
        exec(source, space)
        data = space["collect_" + spec["name"]](request, run)
        result = json.dumps({"data": data}, allow_nan=False)
    except BaseException as error:  # the child must always answer
        where = traceback.extract_tb(sys.exc_info()[2])[-1]
        words = "%s: %s (line %s)" % (type(error).__name__, error, where[1])
        if isinstance(error, OSError) and error.strerror:
            # The host's own word comes first: it is what a person can act on.
            what = error.strerror if error.filename is None else "%s: %s" % (error.filename, error.strerror)
            words = "%s (%s, line %s)" % (what[:140], type(error).__name__, where[1])
        result = json.dumps({"unknown": "error:%s: %s" % (spec["name"], words[:200])})
    data = result.encode("utf-8")
    while data:
        data = data[os.write(fd, data) :]
    os._exit(0)


def _start(spec, request, lock_fd):
    """Fork one section; return its record."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            _child(spec, request, writer, lock_fd, spec["timeout_s"])
        finally:
            os._exit(1)
    os.close(writer)
    try:
        os.setpgid(pid, pid)
    except OSError:
        pass  # the child was quicker
    now = time.monotonic()
    return {"pid": pid, "fd": reader, "spec": spec, "began": now, "ends": now + spec["timeout_s"], "got": [], "size": 0}


def _kill(job):
    try:
        os.killpg(job["pid"], signal.SIGKILL)
    except OSError:
        pass


def _close(job, answers, unknown):
    """Take the result of a job that ended, is late or is too big."""
    os.close(job["fd"])
    name = job["spec"]["name"]
    _kill(job)
    try:
        os.waitpid(job["pid"], os.WNOHANG)
    except OSError:
        pass
    answer = {"unknown": unknown}
    if unknown is None:
        try:
            answer = json.loads(b"".join(job["got"]).decode("utf-8"))
        except ValueError:
            answer = {"unknown": "error:%s: its child ended without a result" % name}
    answer["took"] = round(time.monotonic() - job["began"], 4)
    answers[name] = answer


def _end(*_):
    """Leave nothing behind when we are told to go, or when all limits were in vain."""
    for job in JOBS:
        _kill(job)
    os._exit(1)


def _collect(request, lock_fd):
    """Run all sections side by side; return name -> answer, or None when the other side of standard input is gone."""
    answers, jobs = {}, JOBS
    for spec in request["sections"]:
        jobs.append(_start(spec, request, lock_fd))
    limit = request["section_bytes"]
    watched = [0]
    while jobs:
        left = min(job["ends"] for job in jobs) - time.monotonic()
        ready = select.select([job["fd"] for job in jobs] + watched, [], [], max(0.0, left))[0]
        if 0 in ready:
            try:
                gone = not os.read(0, 4096)
            except OSError:
                gone = True
            if gone:
                for job in jobs:
                    _kill(job)
                return None
        for job in list(jobs):
            name, late = job["spec"]["name"], time.monotonic() >= job["ends"]
            verdict = "timeout:" + name if late else None
            ended = late
            if job["fd"] in ready:
                piece = os.read(job["fd"], 65536)
                job["got"].append(piece)
                job["size"] += len(piece)
                if not piece:
                    ended, verdict = True, None
                elif job["size"] > limit:
                    ended, verdict = True, "too_large:%s: its result is above %d bytes" % (name, limit)
            if ended:
                jobs.remove(job)
                _close(job, answers, verdict)
    return answers


def _lock(path, wait_s):
    """One collector at a time: a lock on a read-only descriptor, so that nothing is written. None: it is held."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        fd = os.open("/etc/passwd", os.O_RDONLY | os.O_CLOEXEC)
    ends = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return fd
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
        if time.monotonic() >= ends:
            os.close(fd)
            return None
        time.sleep(0.1)


def _boot_id():
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read(64).strip()
    except OSError:
        return None


def main(stdin):
    began = time.monotonic()
    request = json.loads(stdin.readline().decode("utf-8"))
    os.environ.update({"LC_ALL": "C", "LANG": "C", "TZ": "UTC", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""})
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    for number in ENDINGS:
        signal.signal(number, _end)
    signal.alarm(int(request["deadline_s"]) + 5)
    try:
        os.nice(10)
    except OSError:
        pass
    reply = {"v": 1, "boot_id": _boot_id(), "sections": {}}
    lock_fd = _lock(request["lock_file"], request["lock_wait_s"])
    if lock_fd is None:
        reply["busy"] = True
    else:
        reply["sections"] = _collect(request, lock_fd)
        if reply["sections"] is None:
            return
    reply["took"] = round(time.monotonic() - began, 4)
    reply["clock"] = time.time()
    line = "\n" + request["sentinel"] + " " + json.dumps(reply, allow_nan=False) + "\n"
    sys.stdout.buffer.write(line.encode("utf-8"))
    sys.stdout.buffer.flush()


main(STDIN)  # noqa: F821 (the bootstrap's standard input, assembly.py)

"""The fixed programs that a recovery runs on the members' hosts, each one line of POSIX shell with words as arguments.

Invariant: each program may be run again after its outcome was lost, and then changes nothing more, or refuses. No
program stops a MariaDB that runs, with three exceptions. The recovery's bootstrap container is stopped only while
others are Primary (`recover.py` asks). A member that was left out is stopped when `restart_left_out.py` asks. A member
outside of a Primary component is stopped only after a person's yes (`STOP`). A member counts as stopped when its engine
says so in the same moment and nobody else uses its data directory. No member is started, read or bootstrapped beside
another user of its data.

The hold is a drop-in of the unit and no mask. kolla writes its units into /etc/systemd/system, where `systemctl mask`
refuses and ``mask --runtime`` has no effect (tried on systemd 252). With it every start fails loudly, that of systemd
itself included. ``--wsrep-recover`` needs ``--skip-networking`` where there is no network: it binds its address before
it prints the position. A bootstrap container that refuses to bootstrap ends with exit code 0: only its state and SQL
tell.

The run in their arguments is its mark, which names the store as well (model/identity.py). A hold, a container, a saved
copy of another mark is never taken over and never removed.

Each program begins by looking at its own name and at how many words it got. sudo compares all arguments as one text, so
a rule for ``sh -c TEXT NAME ARGS`` also fits the same text cut at another space. A program that is cut like that has
another name, and ends at once.
"""

from __future__ import annotations

from typing import Final

from remediator.model import identity
from remediator.model.content.commands import Script

UNIT: Final = "kolla-mariadb-container.service"
BOOTSTRAP_CONTAINER: Final = "remediator_galera_bootstrap"
RECOVER_CONTAINER: Final = "remediator_galera_recover"
HELD: Final = "# remediator"

_MARK = identity.MARK
_ENGINE = r"docker|podman"
PATH: Final = r"(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+"
"""No part of it begins with a dot: it leads where it says, and nowhere above."""
_NONCE = r"[A-Za-z0-9-]{8,64}"


def _script(name: str, text: str, *args: str) -> Script:
    return Script(name=name, text=f'[ "$0:$#" = {name}:{len(args)} ] || exit 2; {text}', args=args)


_FILE = "F=$D/remediator-hold.conf"
_DROP = f"D=/etc/systemd/system/{UNIT}.d; {_FILE}"
_STOPPED = (
    '[ "$($E inspect -f "{{.State.Running}}" mariadb)" = false ] || { echo "mariadb is not proven stopped"; exit 4; }'
)
_OURS = (
    "case $($E inspect -f '{{index .Config.Labels \"remediator.run\"}}' $C 2>/dev/null) in "
    '""|"${R%run-*}"run-*) ;; *) echo "not our $C"; exit 6;; esac'
)
"""A container of that name is of this store, or there is none: one of another store is left as it is, ended or not."""
_RELEASE = (
    f'[ ! -e "$F" ] || [ "$(head -n 1 "$F")" = "{HELD} $R" ] || {{ echo "held by another: $(head -n 1 '
    f'"$F")"; exit 3; }}; '
    'rm -f "$F"; rmdir "$D" 2>/dev/null; systemctl daemon-reload || exit 7'
)

ALONE: Final = _script(
    "galera-alone",
    (
        f"V=$1; R=$2; E=$3; C={RECOVER_CONTAINER}; {_OURS}; $E rm -f $C >/dev/null 2>&1; "
        'N() { echo "mariadb is not proven stopped$*"; exit 4; }; case $($E inspect -f '
        '"{{.State.Running}}" mariadb) in true) exit 0;; '
        'false) [ -d "$V" ] || N;; *) N;; esac; X=$(for N in mariadb /var/lib/mysql; do $E ps -f '
        'volume=$N --format "{{.Names}}" || '
        'echo "(not known)"; done | sort -u); for P in /proc/[0-9]*; do [ ! "$P/cwd" -ef "$V" ] || '
        'case $(readlink "$P/exe") in '
        '*mariadb*|*mysql*) X="$X process ${P#/proc/}";; esac; done; [ -z "$X" ] || N : its data is in use by $X'
    ),
    PATH,
    _MARK,
    _ENGINE,
)
"""Arguments: data directory, mark, engine. Runs before each program that starts or reads a stopped member, and ends
with 0 if nobody else uses its data. Nobody does where no container has the volume, or anything at its place, and no
server works in the data directory. A server works in its data directory whatever the path of the directory. A reading
of this store that a lost command left is put away first; a member that runs has its data for itself."""

HOLD: Final = _script(
    "galera-hold",
    (
        f'R=$1; E=$2; W=$3; {_DROP}; I() {{ $E inspect -f "{{{{.State.Running}}}}" mariadb; }}; '
        'S() { [ $W = running ] || [ "$(I)" = false ] || { echo "mariadb is not proven stopped"; exit 4; }; }; S; '
        f'if [ -e "$F" ]; then [ "$(head -n 1 "$F")" = "{HELD} $R" ] || {{ echo "held by another: '
        f'$(head -n 1 "$F")"; exit 3; }}; '
        f'else mkdir -p "$D" && printf "{HELD} %s\\n[Unit]\\nAssertPathExists=!%s\\n" "$R" "$F" > '
        f'"$F.new" && mv "$F.new" "$F" '
        "|| exit 5; fi; systemctl daemon-reload || exit 7; S; "
        f'case "$(I):$(systemctl is-active {UNIT})" in false:inactive|false:failed) echo held: '
        f"stopped;; *) echo held: running;; esac"
    ),
    _MARK,
    _ENGINE,
    "stopped|running",
)
"""Arguments: mark, engine, ``stopped`` or ``running``. Keeps the unit of a member from starting. The member must be
stopped, or it may run, and then goes on until it ends. Prints which of the two it is now."""

STOP: Final = _script(
    "galera-stop",
    (
        f'R=$1; E=$2; {_DROP}; [ "$(head -n 1 "$F" 2>/dev/null)" = "{HELD} $R" ] || {{ echo "not held '
        f'by this run"; exit 3; }}; '
        'case "$(tac /var/log/kolla/mariadb/mariadb.log | grep -m 1 -E "WSREP: view.view_id.|New '
        'COMPONENT: primary|^.component +=")" '
        'in *"view_id(NON_PRIM,"*|*"primary = no"*|*"= NON-PRIMARY,"*) ;; '
        '*) echo "its log does not tell that it is outside of a Primary component"; exit 4;; esac; '
        f'systemctl stop {UNIT}; systemctl start {UNIT} 2>/dev/null; case "$($E inspect -f '
        f'"{{{{.State.Running}}}}" mariadb):'
        f'$(systemctl is-active {UNIT})" in false:inactive|false:failed) echo held: stopped;; *) echo '
        f"held: running;; esac"
    ),
    _MARK,
    _ENGINE,
)
"""Arguments: mark, engine. Stops a member that this run holds and whose own log says in this moment that it is outside
of a Primary component. The start that follows is refused by the hold: so systemd, and whoever looks, can tell it from a
stop by an operator."""

RELEASE: Final = _script("galera-release", f"R=$1; {_DROP}; {_RELEASE}", _MARK)
"""Arguments: mark. Takes back a hold of that run; starts nothing."""

SAVE: Final = _script(
    "galera-save",
    (
        'V=$1; S="${V%/*}/remediator-$2"; [ -d "$V" ] || exit 5; [ -e "$V/grastate.dat" ] || [ -e '
        '"$V/gvwstate.dat" ] || { echo "nothing to save in $V"; '
        'exit 0; }; mkdir -p -m 0700 "$S" || exit 5; for f in grastate.dat gvwstate.dat; do '
        '[ ! -e "$V/$f" ] || [ -e "$S/$f" ] || cp -p "$V/$f" "$S/$f" || exit 5; done; ls -l "$S"'
    ),
    PATH,
    _MARK,
)
"""Arguments: data directory, mark. Copies grastate.dat and gvwstate.dat beside the data directory; a copy is never
overwritten."""

COPY: Final = _script(
    "galera-copy",
    (
        'V=$1; S="${V%/*}/remediator-$2"; [ -f "$V/grastate.dat" ] || { echo "no data of a Galera '
        'member in $V"; exit 4; }; '
        'mkdir -p -m 0700 "$S" && exec 9>"$S/copying" && flock 9 || exit 5; '
        '[ ! -e "$S/data" ] || exit 0; rm -rf "$S/data.part" && cp -a --reflink=auto "$V" '
        '"$S/data.part" && sync -f "$S" && '
        'mv "$S/data.part" "$S/data" && du -sh "$S/data"'
    ),
    PATH,
    _MARK,
)
"""Arguments: data directory, mark. Copies the whole data directory beside itself; one that is sent again waits for the
first."""

READ: Final = _script(
    "galera-read-position",
    (
        f"E=$2; R=$3; C={RECOVER_CONTAINER}; {_STOPPED}; {_OURS}; $E rm -f $C >/dev/null 2>&1; "
        'I=$($E inspect -f {{.Image}} mariadb) || exit 5; P="remediator-position $1"; echo "$P begin"; '
        "$E run --rm --name $C --label remediator.run=$R --network none --volumes-from mariadb --user 0 "
        "--entrypoint sh $I -c '$(command -v mariadbd || command -v mysqld) "
        "--defaults-file=/var/lib/kolla/config_files/galera.cnf --user=mysql --wsrep-recover --skip-networking "
        "--log-error=/tmp/r.e; r=$?; tail -150 /tmp/r.e | cut -c-400; exit $r' 2>&1; "
        'r=$?; echo; echo "$P end $r"'
    ),
    _NONCE,
    _ENGINE,
    _MARK,
)
"""Arguments: nonce, engine, mark. Prints what `recovered_position.parse` reads. The log is the one-shot's own (GB-4),
and less of it is shown than is kept of a step's output. A log named without an extension would get `.err` from the
server."""

BOOTSTRAP: Final = _script(
    "galera-bootstrap",
    (
        f"V=$1; R=$2; E=$3; C={BOOTSTRAP_CONTAINER}; {_STOPPED}; {_OURS}; $E rm $C >/dev/null 2>&1; "
        '$E inspect $C >/dev/null 2>&1 && { echo "a bootstrap container runs already"; exit 6; }; '
        'I=$($E inspect -f "{{.Image}}" mariadb) || exit 5; '
        'sed -i "s/^safe_to_bootstrap:.*/safe_to_bootstrap: 1/" "$V/grastate.dat" && sync "$V/grastate.dat" || exit 5; '
        '$E run -d --name $C --label "remediator.run=$R" --network host --volumes-from mariadb '
        '-e KOLLA_CONFIG_STRATEGY=COPY_ALWAYS -e KOLLA_SERVICE_NAME=mariadb -e BOOTSTRAP_ARGS=--wsrep-new-cluster "$I"'
    ),
    PATH,
    _MARK,
    _ENGINE,
)
"""Arguments: data directory, mark, engine. Starts a new Primary component from this member's data, in a container of
its own (GB-11)."""

JOIN: Final = _script(
    "galera-join",
    (
        f"R=$1; V=$2; M=$3; E=$4; U={UNIT}; D=/etc/systemd/system/$U.d; {_FILE}; {_RELEASE}; "
        '[ -s "$V/gvwstate.dat" ] || rm -f "$V/gvwstate.dat"; '
        'if [ "$M" = sst ] && [ -e "$V/grastate.dat" ]; then case $($E inspect -f "{{.State.Running}}" mariadb) in '
        'true) ;; false) S="${V%/*}/remediator-$R"; mkdir -p -m 0700 "$S" && mv "$V/grastate.dat" '
        '"$S/grastate.dat.set-aside" '
        '|| exit 5;; *) echo "mariadb is not proven stopped"; exit 4;; esac; fi; '
        "systemctl reset-failed $U 2>/dev/null; systemctl start $U"
    ),
    _MARK,
    PATH,
    "ist|sst",
    _ENGINE,
)
"""Arguments: mark, data directory, ``ist`` or ``sst``, engine. Takes the hold back and starts the unit; ``sst`` forces
a whole transfer (GB-10), of a stopped member only: one that runs keeps its files."""

FINISH: Final = _script(
    "galera-finish",
    (
        f"R=$1; E=$2; {_DROP}; B={BOOTSTRAP_CONTAINER}; "
        'N() { C=$($E ps -a --format "{{.Names}}") || exit 5; echo "$C" | grep -qx $B; }; if N; then '
        '[ "$($E inspect -f "{{index .Config.Labels \\"remediator.run\\"}}" $B)" = "$R" ] '
        '|| { echo "the bootstrap container is not of this run"; exit 6; }; '
        '$E stop -t 120 $B; $E rm $B; ! N || exit 5; fi; $E ps -f volume=mariadb --format "{{.Names}}" '
        "| grep -vx mariadb && { echo uses data; exit 4; }; "
        f"{_RELEASE}; systemctl reset-failed {UNIT} 2>/dev/null; systemctl start {UNIT}"
    ),
    _MARK,
    _ENGINE,
)
"""Arguments: mark, engine. Ends the run's bootstrap container cleanly and starts the unit in its place, unless another
container has taken its data meanwhile: then the hold stays. An engine that does not say what containers there are ends
it before anything is changed, and one that was sent twice does no harm. What sudo takes of one rule (1024 characters)
leaves no room for more words."""

START: Final = _script("galera-start", f"systemctl reset-failed {UNIT} 2>/dev/null; systemctl start {UNIT}")
"""Starts the unit as it is; one that runs is left as it is."""

_LOGIN = (
    'A=; for U in mysql root; do if $E exec -u "$U" mariadb sh -c \'unset MYSQL_PWD; C=$(command -v '
    "mariadb || command -v mysql) "
    '&& "$C" --protocol=socket --connect-timeout=5 --user="$0" -NBe "SHOW GRANTS" 2>/dev/null '
    '| grep -q "^GRANT ALL PRIVILEGES ON [*][.][*] "\' "$U"; then A=$U; break; fi; done'
)

LOGIN: Final = _script("galera-login", f'E=$1; {_LOGIN}; echo "remediator-login ${{A:-none}}"', _ENGINE)
"""Arguments: engine. Says as which of its own system users the member lets the daemon in without a password and with
all rights. The grants themselves, which hold a hash, are not printed."""

UPGRADE: Final = _script(
    "galera-upgrade",
    (
        f'E=$1; {_LOGIN}; [ -n "$A" ] || {{ echo "no login without a password"; exit 4; }}; $E exec -u '
        f'"$A" mariadb sh -c '
        '\'unset MYSQL_PWD; C=$(command -v mariadb-upgrade || command -v mysql_upgrade) && exec "$C" '
        '--protocol=socket --user="$0"\' '
        '"$A" 2>&1'
    ),
    _ENGINE,
)
"""Arguments: engine. Runs mariadb-upgrade in the member's container, over its own socket, as the user that `LOGIN`
names. The tool locks its record, writes nothing to the binary log and replicates nothing (WSREP_ON=OFF), and ends at
once where nothing is to do."""

RESTART: Final = _script(
    "galera-restart-left-out",
    (
        'E=$1; [ "$($E inspect -f "{{.State.Running}}" mariadb)" = true ] || { echo "mariadb is not '
        'proven running"; exit 4; }; '
        f"systemctl restart {UNIT}"
    ),
    _ENGINE,
)
"""Arguments: engine. Restarts the unit of a member that runs."""

PC_BOOTSTRAP: Final = _script(
    "galera-pc-bootstrap",
    (
        f'E=$1; {_LOGIN}; [ -n "$A" ] || {{ echo "no login without a password"; exit 4; }}; $E exec -u '
        f'"$A" mariadb sh -c '
        '\'unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) || exit 5; Q() { "$C" '
        "--protocol=socket --connect-timeout=5 "
        '--user="$0" -NBe "$1"; }; S=$(Q "SHOW STATUS LIKE \'"\'wsrep_cluster_status\'"\'" | cut -f '
        '2); case "$S" in Primary) echo '
        '"Primary already"; exit 0;; non-Primary) ;; *) echo "not proven non-Primary: $S"; exit 4;; esac; '
        'Q "SET GLOBAL wsrep_provider_options=\'"\'pc.bootstrap=YES\'"\'"\' "$A" 2>&1'
    ),
    _ENGINE,
)
"""Arguments: engine. Makes a member that runs outside of a Primary component Primary by itself, over its own socket, as
the user that `LOGIN` names. It looks at the member's component in the same moment, and leaves a Primary one as it is
(GB-3; MariaDB below 11.2)."""

ALL: Final = (
    ALONE, HOLD, STOP, RELEASE, SAVE, COPY, READ, BOOTSTRAP, JOIN, FINISH, START, LOGIN, UPGRADE, RESTART, PC_BOOTSTRAP,
)  # fmt: skip

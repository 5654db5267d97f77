"""The history of all agents in one SQLite file of our own, because Home Assistant takes no back-dated events.

Everything here blocks and belongs into a thread (archive.py). Without Home Assistant in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import json
import logging
from pathlib import Path
import sqlite3
import threading
import time
from typing import Any

from .protocol import Json, UpsEvent

_LOGGER = logging.getLogger(__name__)

# Each entry brings the schema from its index to the next version; entries never change once released.
_MIGRATIONS = (
    """
    CREATE TABLE events (
        agent_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        id TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        type TEXT NOT NULL,
        late INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (agent_id, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX events_by_seq ON events (agent_id, seq);
    CREATE INDEX events_by_time ON events (agent_id, at_ms DESC, seq DESC);
    CREATE TABLE devices (agent_id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
    """,
)


@dataclass(frozen=True)
class StoredEvent:
    """An event with the mark whether it came as history."""

    event: Json
    late: bool

    def as_json(self) -> Json:
        """Give what the card gets."""
        return {**self.event, "synced_late": self.late}


class EventStore:
    """Events and last known states, synced to disk before anybody is told that they are stored."""

    def __init__(self, path: Path) -> None:
        """Remember the path; `open` touches it."""
        self._path = path
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open or make the file. A damaged one is moved aside and named, never deleted."""
        with self._lock:
            if self._db is not None:
                return
            try:
                self._db = self._connect()
            except sqlite3.OperationalError:
                # Locked, full, read-only or from a newer version: the file itself is fine.
                raise
            except sqlite3.DatabaseError as err:
                aside = self._path.with_suffix(f".damaged-{int(time.time())}")
                self._path.rename(aside)
                for suffix in ("-wal", "-shm"):
                    Path(f"{self._path}{suffix}").unlink(missing_ok=True)
                _LOGGER.error("%s is damaged (%s); kept as %s, a new one begins", self._path, err, aside)
                self._db = self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(found)
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version > len(_MIGRATIONS):
                raise sqlite3.OperationalError(
                    f"its version {version} is newer than this integration's {len(_MIGRATIONS)}: update Pi UPS"
                )
            for number, script in enumerate(_MIGRATIONS[version:], start=version + 1):
                db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def close(self) -> None:
        """Close the file. Idempotent."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            self._db = None

    @property
    def _open_db(self) -> sqlite3.Connection:
        if self._db is None:
            raise RuntimeError("the store is not open")
        return self._db

    def last_seq(self, agent_id: str) -> int:
        """Give the highest stored sequence number; 0 when there is none."""
        with self._lock:
            row = self._open_db.execute("SELECT max(seq) FROM events WHERE agent_id = ?", (agent_id,)).fetchone()
        return row[0] or 0

    def append(self, agent_id: str, events: Sequence[tuple[UpsEvent, bool]]) -> list[tuple[UpsEvent, bool]]:
        """Store events (with their `late` mark) in one synced transaction; give back those that were new.

        An event is known by its id. Its number is as unique while the agent's disk lives; after a new disk the same
        number may come again with another id, and both are kept.
        """
        new: list[tuple[UpsEvent, bool]] = []
        with self._lock:
            db = self._open_db
            db.execute("BEGIN IMMEDIATE")
            try:
                for event, late in events:
                    cursor = db.execute(
                        "INSERT INTO events (agent_id, seq, id, at_ms, type, late, body)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                        (
                            agent_id,
                            event.seq,
                            event.id,
                            round(event.at.timestamp() * 1000),
                            event.type,
                            int(late),
                            json.dumps(event.as_json(), ensure_ascii=False),
                        ),
                    )
                    if cursor.rowcount == 1:
                        new.append((event, late))
                db.execute("COMMIT")
            except BaseException:
                # A full disk ends the transaction by itself.
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
        return new

    def list(
        self,
        agent_id: str,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        types: Sequence[str] = (),
        limit: int = 50,
        cursor: tuple[int, int] | None = None,
    ) -> tuple[list[StoredEvent], tuple[int, int] | None]:
        """Give events newest first, and the cursor of the next page or None."""
        where = ["agent_id = ?"]
        parameters: list[Any] = [agent_id]
        if start_ms is not None:
            where.append("at_ms >= ?")
            parameters.append(start_ms)
        if end_ms is not None:
            where.append("at_ms < ?")
            parameters.append(end_ms)
        if types:
            where.append(f"type IN ({', '.join('?' for _ in types)})")
            parameters.extend(types)
        if cursor is not None:
            where.append("(at_ms, seq) < (?, ?)")
            parameters.extend(cursor)
        with self._lock:
            rows = self._open_db.execute(
                f"SELECT at_ms, seq, late, body FROM events WHERE {' AND '.join(where)}"  # noqa: S608
                " ORDER BY at_ms DESC, seq DESC LIMIT ?",
                (*parameters, limit + 1),
            ).fetchall()
        page = rows[:limit]
        more = (page[-1][0], page[-1][1]) if len(rows) > limit and page else None
        return [StoredEvent(json.loads(body), bool(late)) for _, _, late, body in page], more

    def save_device(self, agent_id: str, body: Json) -> None:
        """Keep what the card shows while the agent is away."""
        with self._lock:
            self._open_db.execute(
                "INSERT INTO devices (agent_id, body) VALUES (?, ?)"
                " ON CONFLICT (agent_id) DO UPDATE SET body = excluded.body",
                (agent_id, json.dumps(body)),
            )

    def load_device(self, agent_id: str) -> Json | None:
        """Give what `save_device` kept."""
        with self._lock:
            row = self._open_db.execute("SELECT body FROM devices WHERE agent_id = ?", (agent_id,)).fetchone()
        return None if row is None else json.loads(row[0])

    def remove(self, agent_id: str) -> None:
        """Forget everything of an agent."""
        with self._lock:
            self._open_db.execute("DELETE FROM events WHERE agent_id = ?", (agent_id,))
            self._open_db.execute("DELETE FROM devices WHERE agent_id = ?", (agent_id,))

    def checkpoint(self) -> None:
        """Bring what stands in the write-ahead log into the main file, and empty the log."""
        with self._lock:
            self._open_db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def is_empty(self) -> bool:
        """Whether nothing of any agent is left."""
        with self._lock:
            found = self._open_db.execute(
                "SELECT EXISTS (SELECT 1 FROM events) OR EXISTS (SELECT 1 FROM devices)"
            ).fetchone()
        return not found[0]

    def erase(self) -> None:
        """Close the file and delete it; `open` makes a new one."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)

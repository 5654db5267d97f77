"""The event store on a real file."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import sqlite3
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from custom_components.pi_ups.protocol import UpsEvent, parse_event
from custom_components.pi_ups.store import EventStore

from .common import ups_event

START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Generator[EventStore]:
    store = EventStore(tmp_path / "pi_ups.db")
    store.open()
    yield store
    store.close()


def event(seq: int, minutes: float = 0, kind: str = "ac_power_loss", **changes: object) -> UpsEvent:
    at = START + timedelta(minutes=minutes)
    return parse_event({**ups_event(seq, kind), "time": at.isoformat(), **changes}, "")


def test_stores_each_event_once(store: EventStore) -> None:
    assert store.append("a", [(event(1), False), (event(2), False)]) == [(event(1), False), (event(2), False)]
    assert store.append("a", [(event(2), False), (event(3), True)]) == [(event(3), True)]
    assert store.append("b", [(event(1), False)]) == [(event(1), False)]
    assert store.last_seq("a") == 3
    assert store.last_seq("nobody") == 0


def test_a_new_disk_of_the_agent_loses_nothing(store: EventStore) -> None:
    store.append("a", [(event(1), False), (event(2), False)])
    again = event(1, minutes=60, id="ffffffffffff-1")
    assert store.append("a", [(again, False)]) == [(again, False)]
    assert next(one.event["id"] for one in store.list("a")[0]) == "ffffffffffff-1"
    # The agent gave an event a higher number after its first answer was lost: it is still the same event.
    assert store.append("a", [(event(9, id=event(2).id), False)]) == []


def test_lists_newest_first_by_pages(store: EventStore) -> None:
    store.append("a", [(event(seq, minutes=seq // 2), False) for seq in range(1, 8)])
    seen: list[int] = []
    cursor = None
    while True:
        page, cursor = store.list("a", limit=3, cursor=cursor)
        seen += [one.event["seq"] for one in page]
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_a_late_event_stands_where_it_happened(store: EventStore) -> None:
    store.append("a", [(event(1, 0), False), (event(2, 10), False)])
    store.append("a", [(event(3, 5), True)])
    page, _ = store.list("a")
    assert [(one.event["seq"], one.late) for one in page] == [(2, False), (3, True), (1, False)]


def test_filters(store: EventStore) -> None:
    store.append("a", [(event(1, 0), False), (event(2, 5, "ups_fault"), False), (event(3, 10), False)])
    page, _ = store.list("a", types=["ups_fault"])
    assert [one.event["seq"] for one in page] == [2]
    start = round((START + timedelta(minutes=5)).timestamp() * 1000)
    page, _ = store.list("a", start_ms=start)
    assert [one.event["seq"] for one in page] == [3, 2]
    page, _ = store.list("a", end_ms=start)
    assert [one.event["seq"] for one in page] == [1]


def test_forgets_an_agent(store: EventStore) -> None:
    store.append("a", [(event(1), False)])
    store.append("b", [(event(1), False)])
    store.save_device("a", {"values": {}})
    store.remove("a")
    assert store.list("a") == ([], None)
    assert store.load_device("a") is None
    assert len(store.list("b")[0]) == 1


def test_a_damaged_file_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "pi_ups.db"
    path.write_bytes(b"this is no database" * 100)
    store = EventStore(path)
    store.open()
    store.append("a", [(event(1), False)])
    store.close()
    assert [one.read_bytes()[:7] for one in tmp_path.glob("*.damaged-*")] == [b"this is"]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM events").fetchone() == (1,)


def test_a_file_with_torn_pages_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "pi_ups.db"
    store = EventStore(path)
    store.open()
    store.append("a", [(event(seq), False) for seq in range(1, 2000)])
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:40960] = bytes(36864)
    path.write_bytes(content)
    store.open()
    assert store.list("a") == ([], None)
    store.close()
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "pi_ups.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(sqlite3.OperationalError, match="update Pi UPS"):
        EventStore(path).open()
    assert list(tmp_path.glob("*.damaged-*")) == []
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (99,)
    assert len(before) > 0


def test_a_batch_is_stored_whole_or_not_at_all(store: EventStore) -> None:
    unwritable: Any = {"cannot": object()}
    broken = replace(event(2), detail=unwritable)
    with pytest.raises(TypeError):
        store.append("a", [(event(1), False), (broken, False)])
    assert store.list("a") == ([], None)
    assert store.append("a", [(event(1), False)]) == [(event(1), False)]


def test_erased_and_begun_anew(store: EventStore, tmp_path: Path) -> None:
    store.append("a", [(event(1), False)])
    assert not store.is_empty()
    store.remove("a")
    assert store.is_empty()
    store.erase()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RuntimeError):
        store.last_seq("a")
    store.open()
    assert store.last_seq("a") == 0


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    """A process that appends and prints, killed in the middle: whatever it printed is in the file."""
    path = tmp_path / "pi_ups.db"
    script = textwrap.dedent(f"""
        import itertools, json, pathlib
        from custom_components.pi_ups.protocol import parse_event
        from custom_components.pi_ups.store import EventStore
        example = json.loads({json.dumps(ups_event(1))!r})
        store = EventStore(pathlib.Path({str(path)!r}))
        store.open()
        for seq in itertools.count(1):
            store.append("a", [(parse_event({{**example, "seq": seq, "id": f"x-{{seq}}"}}, ""), False)])
            print(seq, flush=True)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        printed = [int(process.stdout.readline()) for _ in range(50)]
        process.kill()
        printed += [int(line) for line in process.stdout.read().splitlines()]
    store = EventStore(path)
    store.open()
    assert store.last_seq("a") >= printed[-1]
    assert len(store.list("a", limit=100_000)[0]) == store.last_seq("a")
    store.close()

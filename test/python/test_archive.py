"""A disk that does not do what it should: nothing is acknowledged that is not stored, and everything goes on afterwards."""

from __future__ import annotations

from pathlib import Path
import sqlite3
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser, async_test_home_assistant

from custom_components.pi_ups.archive import Archive, ArchiveError
from custom_components.pi_ups.const import DOMAIN
from custom_components.pi_ups.hub import DATA_HUB
from custom_components.pi_ups.store import EventStore
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.loader import DATA_CUSTOM_COMPONENTS

from .common import FULL, Agent, hello, ups_event
from .conftest import Connect, add_entry


async def limit_pages(archive: Archive, pages: int) -> None:
    """Make SQLite itself answer "database or disk is full" beyond so many pages."""

    def limit(store: EventStore) -> None:
        database: Any = store._open_db
        database.execute(f"PRAGMA max_page_count = {pages}")

    await archive.run(limit)


async def test_a_full_disk_acknowledges_nothing_and_loses_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    archive = hass.data[DATA_HUB].archive
    agent = await connect()
    await agent.join()
    await limit_pages(archive, 1)
    batch = [ups_event(seq, message="x" * 400) for seq in range(1, 101)]
    for _ in range(3):
        answer = await agent.send_events(*batch)
        assert answer["error"]["code"] == "home_assistant_error"
        assert "pi_ups.db" in answer["error"]["message"]
        assert "full" in answer["error"]["message"]
    await hass.async_block_till_done()
    assert hass.states.is_state("event.rack_ups_events", "unknown")
    assert [record.getMessage() for record in caplog.records if record.name.endswith("pi_ups.archive")] == [
        f"{archive.path} cannot be used: database or disk is full. Events wait in the agents until it can"
    ]
    assert "Traceback" not in caplog.text
    await limit_pages(archive, 1_000_000)
    assert (await agent.send_events(*batch))["result"] == {"acked_seq": 100}
    await hass.async_block_till_done()
    state = hass.states.get("event.rack_ups_events")
    assert state is not None
    assert state.attributes["seq"] == 100


async def test_without_its_file_the_entry_is_tried_again(
    hass: HomeAssistant, agent_user: MockUser, tmp_path: Path, connect: Connect
) -> None:
    (tmp_path / "pi_ups.db").mkdir()
    entry = add_entry(hass, agent_user, "rack-pi", "Rack UPS")
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.reason is not None
    assert "pi_ups.db" in entry.reason
    agent = await connect()
    assert (await agent.knock())["event"] == "pending"
    (tmp_path / "pi_ups.db").rmdir()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert (await agent.next_event())["event"] == "accepted"


async def test_an_empty_batch_tells_what_is_stored(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    await agent.send_events(ups_event(7))
    assert (await agent.send_events())["result"] == {"acked_seq": 7}


async def test_over_a_restart_of_home_assistant(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    connect: Connect,
    agent_user: MockUser,
    hass_ws_client: Any,
    tmp_path: Path,
) -> None:
    agent = await connect(values=[*hello()["values"], "battery_current_a"])
    await agent.join({**FULL, "shutdown_state": "executing", "shutdown_reason": "battery_percent_critical"})
    await agent.send_events(ups_event(1), ups_event(2, "shutdown_started"))
    await agent.bye()
    await agent.client.close()
    await hass.async_stop(force=True)
    # The file was closed in good order.
    assert [path.name for path in tmp_path.glob("pi_ups.db*")] == ["pi_ups.db"]
    with pytest.raises(ArchiveError):
        await hass.data[DATA_HUB].archive.run(lambda store: store.last_seq("rack-pi"))
    async with async_test_home_assistant(config_dir=str(tmp_path)) as second:
        second.data.pop(DATA_CUSTOM_COMPONENTS)
        user = MockUser(id=agent_user.id, name="UPS agent")
        user.mock_policy({"entities": True})
        user.add_to_hass(second)
        kept = MockConfigEntry(domain=DOMAIN, title="Rack UPS", unique_id="rack-pi", data=dict(entry.data))
        kept.add_to_hass(second)
        assert await second.config_entries.async_setup(kept.entry_id)
        await second.async_block_till_done()

        def shown(name: str) -> str:
            state = second.states.get(name)
            assert state is not None, name
            return state.state

        # Everything is there before the agent is, and what it said last is known.
        assert shown("sensor.rack_ups_battery") == "unavailable"
        assert shown("sensor.rack_ups_battery_current") == "unavailable"
        assert shown("binary_sensor.rack_ups_connected") == "off"
        assert shown("sensor.rack_ups_shutdown") == "executing"
        assert shown("sensor.rack_ups_shutdown_reason") == "battery_percent_critical"
        assert shown("sensor.rack_ups_last_event") == "shutdown_started"
        connected = second.states.get("binary_sensor.rack_ups_connected")
        assert connected is not None
        assert connected.attributes["goodbye"] == "Battery at 10 %, limit 10 %."
        refresh = await second.auth.async_create_refresh_token(user, "https://example.com/app")
        client = await hass_ws_client(second, second.auth.async_create_access_token(refresh))
        back = Agent(client, hello())
        first = await back.knock()
        assert (first["event"], first["last_seq"]) == ("accepted", 2)
        await back.state(FULL, full=True)
        # Sent again, because the answer may have been lost: known already, so nothing fires.
        assert (await back.send_events(ups_event(1), ups_event(2, "shutdown_started")))["result"] == {"acked_seq": 2}
        await second.async_block_till_done()
        assert shown("sensor.rack_ups_battery") == "96"
        assert shown("sensor.rack_ups_shutdown") == "idle"
        assert shown("event.rack_ups_events") == "unknown"
        await back.client.close()
        await second.async_stop(force=True)


async def test_sqlite_is_asked_to_sync(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    def settings(store: EventStore) -> tuple[Any, ...]:
        database: sqlite3.Connection = store._open_db
        return tuple(
            database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode", "user_version")
        )

    assert await hass.data[DATA_HUB].archive.run(settings) == (2, "wal", 1)


async def test_a_backup_copies_everything_in_one_file(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, tmp_path: Path
) -> None:
    from custom_components.pi_ups.backup import async_post_backup, async_pre_backup

    agent = await connect()
    await agent.join()
    await agent.send_events(*(ups_event(seq) for seq in range(1, 51)))
    await async_pre_backup(hass)
    copy = EventStore(tmp_path / "copy.db")
    (tmp_path / "copy.db").write_bytes((tmp_path / "pi_ups.db").read_bytes())
    await async_post_backup(hass)
    copy.open()
    assert copy.last_seq("rack-pi") == 50
    copy.close()


async def test_a_backup_without_any_agent_makes_no_file(hass: HomeAssistant, tmp_path: Path) -> None:
    from custom_components.pi_ups.backup import async_pre_backup

    await async_pre_backup(hass)
    assert list(tmp_path.iterdir()) == []

"""Set-up and its end, actions, the card's resource, diagnostics, translations."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
import yaml

from custom_components.pi_ups.const import DOMAIN
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from .common import ups_event
from .conftest import Connect, add_entry

HERE = Path(__file__).parents[2] / "custom_components/pi_ups"


OTHER = [{"url": "/local/other.js", "type": "module"}]


async def card_url(hass: HomeAssistant) -> str:
    """Give the address that a release of this checkout has."""
    version = json.loads((HERE / "manifest.json").read_text())["version"]
    digest = hashlib.sha256((HERE / "frontend/pi-ups-card.js").read_bytes()).hexdigest()[:8]
    return f"/pi_ups_static/pi-ups-card.js?v={version}-{digest}"


async def resources(hass: HomeAssistant) -> list[str]:
    collection = hass.data[LOVELACE_DATA].resources
    await collection.async_get_info()
    return [item["url"] for item in collection.async_items()]


async def test_removal_leaves_nothing(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    agent = await connect()
    await agent.join()
    await agent.send_events(ups_event(1))
    archive = entry.runtime_data.hub.archive
    assert archive.path.exists()
    assert len(await resources(hass)) == 1
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert await resources(hass) == []
    assert list(archive.path.parent.glob("pi_ups.db*")) == []
    assert list(er.async_get(hass).entities) == []
    assert dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id) == []
    assert [state.entity_id for state in hass.states.async_all() if "rack_ups" in state.entity_id] == []
    # The agent is still there: it was told, and waits.
    assert (await agent.next_event())["event"] == "released"
    assert (await agent.state({}))["error"]["code"] == "PI_UPS_NO_SESSION"


async def test_unload_and_load(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED


class TestCard:
    """The card's resource."""

    async def test_is_registered_once_with_its_version(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        (url,) = await resources(hass)
        assert url == await card_url(hass)
        await hass.config_entries.async_reload(entry.entry_id)
        assert await resources(hass) == [url]

    async def test_an_old_one_is_replaced_and_doubles_go(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        (url,) = await resources(hass)
        collection = hass.data[LOVELACE_DATA].resources
        (item,) = collection.async_items()
        await collection.async_update_item(item["id"], {"url": "/pi_ups_static/pi-ups-card.js?v=0.0.1"})
        await collection.async_create_item({"res_type": "module", "url": "/pi_ups_static/pi-ups-card.js"})
        await collection.async_create_item({"res_type": "module", "url": "/local/other.js"})
        await hass.config_entries.async_reload(entry.entry_id)
        assert sorted(await resources(hass)) == ["/local/other.js", url]

    async def test_is_served(self, hass: HomeAssistant, entry: MockConfigEntry, hass_client_no_auth: Any) -> None:
        (url,) = await resources(hass)
        answer = await (await hass_client_no_auth()).get(url)
        assert answer.status == 200
        assert await answer.read() == (HERE / "frontend/pi-ups-card.js").read_bytes()

    async def test_taken_away_only_with_the_last_entry(
        self, hass: HomeAssistant, entry: MockConfigEntry, agent_user: MockUser
    ) -> None:
        other = add_entry(hass, agent_user, "shed-pi", "Shed UPS")
        assert await hass.config_entries.async_setup(other.entry_id)
        assert len(await resources(hass)) == 1
        await hass.config_entries.async_remove(entry.entry_id)
        assert len(await resources(hass)) == 1
        # What a person only ignored does not keep it.
        MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE, unique_id="cellar-pi").add_to_hass(hass)
        await hass.config_entries.async_remove(other.entry_id)
        assert await resources(hass) == []

    async def test_entries_that_load_together_make_one(
        self, hass: HomeAssistant, agent_user: MockUser, connect: Connect
    ) -> None:
        for number in range(4):
            add_entry(hass, agent_user, f"pi-{number}", f"UPS {number}")
        # Sets all of them up at the same time.
        assert await async_setup_component(hass, DOMAIN, {})
        await hass.async_block_till_done()
        assert len(await resources(hass)) == 1

    async def test_a_checkout_that_was_not_built_says_so_once(
        self,
        hass: HomeAssistant,
        agent_user: MockUser,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr("custom_components.pi_ups.card.CARD_FILE", "frontend/nowhere.js")
        for agent_id in ("pi-1", "pi-2"):
            add_entry(hass, agent_user, agent_id, agent_id)
        assert await async_setup_component(hass, DOMAIN, {})
        await hass.async_block_till_done()
        assert await resources(hass) == []
        assert caplog.text.count("npm run build") == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (None, True),
        ("/pi_ups_static/pi-ups-card.js?v=0.0.1-00000000", True),
        ("the present one", False),
    ],
)
async def test_resources_in_yaml(
    hass: HomeAssistant, agent_user: MockUser, line: str | None, told: bool, connect: Connect
) -> None:
    url = await card_url(hass)
    lines = [] if line is None else [{"url": url if line == "the present one" else line, "type": "module"}]
    assert await async_setup_component(
        hass, "lovelace", {"lovelace": {"resource_mode": "yaml", "resources": [*lines, *OTHER]}}
    )
    entry = add_entry(hass, agent_user, "rack-pi", "Rack UPS")
    assert await hass.config_entries.async_setup(entry.entry_id)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "card_resource_yaml")
    if not told:
        assert issue is None
        return
    assert issue is not None
    assert issue.translation_placeholders == {"url": url}
    text = json.loads((HERE / "translations/en.json").read_text())["issues"]["card_resource_yaml"]["description"]
    block = text.replace("{url}", url).split("```")[1].removeprefix("yaml")
    # The lines are exactly what makes it work.
    told_config = yaml.safe_load(block)["lovelace"]
    assert told_config == {"resource_mode": "yaml", "resources": [{"url": url, "type": "module"}]}
    await hass.config_entries.async_remove(entry.entry_id)
    assert ir.async_get(hass).async_get_issue(DOMAIN, "card_resource_yaml") is None


async def test_diagnostics_hide_the_user(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, hass_client: Any, hass_admin_user: MockUser
) -> None:
    assert await async_setup_component(hass, "diagnostics", {})
    agent = await connect()
    await agent.join()
    person = hass_admin_user.name
    await agent.send_events(ups_event(1, "shutdown_scheduled", message=f"Asked for by {person} in Home Assistant."))
    found = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert found["entry"]["data"]["user_id"] == "**REDACTED**"
    assert found["entry"]["data"]["hello"]["agent"]["boot_id"] == "**REDACTED**"
    assert entry.data["user_id"] not in json.dumps(found)
    assert found["device"]["values"]["battery_percent"] == 96
    assert [event["message"] for event in found["events"]] == ["Asked for by **REDACTED** in Home Assistant."]
    assert found["protocol"] == 1


def keys(tree: Any, path: str = "") -> set[str]:
    if not isinstance(tree, dict):
        return {path}
    return {one for key, value in tree.items() for one in keys(value, f"{path}/{key}")}


def test_languages_have_the_same_texts() -> None:
    english, german = (json.loads((HERE / f"translations/{language}.json").read_text()) for language in ("en", "de"))
    assert keys(english) == keys(german)


def test_every_entity_has_its_words() -> None:
    from .common import contract

    english = json.loads((HERE / "translations/en.json").read_text())["entity"]
    for platform, names in contract("vocabulary")["entities"].items():
        assert set(english[platform]) == set(names)
    words = set(contract("vocabulary")["event_types"])
    assert set(english["event"]["events"]["state_attributes"]["event_type"]["state"]) == words
    assert set(english["sensor"]["last_event"]["state"]) == words


def test_manifest_keys_are_in_order() -> None:
    found = list(json.loads((HERE / "manifest.json").read_text()))
    assert found == ["domain", "name", *sorted(found[2:])]


def test_services_have_words_and_icons() -> None:
    english = json.loads((HERE / "translations/en.json").read_text())["services"]
    icons = json.loads((HERE / "icons.json").read_text())["services"]
    assert set(english) == set(icons) == {"shutdown", "cancel_shutdown"}


async def test_a_home_assistant_without_dashboards(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    kept = hass.data.pop(LOVELACE_DATA)
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert await hass.config_entries.async_remove(entry.entry_id)
    hass.data[LOVELACE_DATA] = kept

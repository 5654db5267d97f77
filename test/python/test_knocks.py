"""Agents that nobody has confirmed: who may wait, what they are told, and how they are offered to a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser, async_fire_time_changed

from custom_components.pi_ups.const import DOMAIN
from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_INTEGRATION_DISCOVERY, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from .common import Agent, hello
from .conftest import Connect, add_entry, make_user


@pytest.fixture(autouse=True)
async def _running(hass: HomeAssistant) -> None:
    """Have what a running Home Assistant has before anybody adds an integration."""
    assert await async_setup_component(hass, "lovelace", {})
    assert await async_setup_component(hass, "frontend", {})


def offered(hass: HomeAssistant) -> list[str]:
    """Give the agents that stand under "Discovered"."""
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return sorted(
        str(flow["context"]["unique_id"]) for flow in flows if flow["context"]["source"] == SOURCE_INTEGRATION_DISCOVERY
    )


async def knocking(hass: HomeAssistant, connect: Connect, agent_id: str, **more: Any) -> Agent:
    """Let an agent knock."""
    greeting = hello()
    greeting["agent"].update(id=agent_id, name=f"UPS {agent_id}")
    agent = await connect(**greeting, **more)
    assert (await agent.knock())["event"] == "pending"
    await hass.async_block_till_done()
    return agent


async def test_an_offer_is_withdrawn_when_the_agent_stays_away(
    hass: HomeAssistant, connect: Connect, freezer: FrozenDateTimeFactory
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    agent = await knocking(hass, connect, "rack-pi")
    assert offered(hass) == ["rack-pi"]
    await agent.client.close()
    await hass.async_block_till_done()
    freezer.tick(timedelta(minutes=4))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert offered(hass) == ["rack-pi"]
    # Back in time: the offer stays, whatever the clock says later.
    agent = await knocking(hass, connect, "rack-pi")
    freezer.tick(timedelta(minutes=4))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert offered(hass) == ["rack-pi"]
    await agent.client.close()
    await hass.async_block_till_done()
    freezer.tick(timedelta(minutes=6))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert offered(hass) == []
    await knocking(hass, connect, "rack-pi")
    assert offered(hass) == ["rack-pi"]


async def test_who_knocked_while_a_dialog_was_open_is_offered_when_it_closes(
    hass: HomeAssistant, connect: Connect
) -> None:
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    await knocking(hass, connect, "rack-pi")
    assert offered(hass) == []
    hass.config_entries.flow.async_abort(result["flow_id"])
    await hass.async_block_till_done()
    assert offered(hass) == ["rack-pi"]


async def test_a_dialog_that_was_closed_before_anybody_knocked_waits_no_more(
    hass: HomeAssistant, connect: Connect
) -> None:
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    hass.config_entries.flow.async_abort(result["flow_id"])
    await hass.async_block_till_done()
    await knocking(hass, connect, "rack-pi")
    assert offered(hass) == ["rack-pi"]


async def test_the_one_that_was_not_chosen_is_offered(hass: HomeAssistant, connect: Connect) -> None:
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    chosen = await knocking(hass, connect, "rack-pi")
    await hass.async_block_till_done(wait_background_tasks=True)
    await knocking(hass, connect, "shed-pi")
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"agent_id": "rack-pi"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert (await chosen.next_event())["event"] == "accepted"
    assert offered(hass) == ["shed-pi"]


async def test_ignoring_one_agent_disturbs_no_other(
    hass: HomeAssistant, connect: Connect, agent_user: MockUser
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    await knocking(hass, connect, "rack-pi")
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    # What the frontend's "Ignore" does.
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": flow["context"]["unique_id"], "title": "UPS rack-pi"},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert offered(hass) == []
    await knocking(hass, connect, "rack-pi")
    await knocking(hass, connect, "shed-pi")
    assert offered(hass) == ["shed-pi"]
    # A person who changes their mind adds the ignored one by hand.
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    await hass.async_block_till_done(wait_background_tasks=True)
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert result["step_id"] == "pick"
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"agent_id": "rack-pi"})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_two_dialogs_for_one_agent_make_one_device(hass: HomeAssistant, connect: Connect) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    await knocking(hass, connect, "rack-pi")
    flows = []
    for _ in range(2):
        result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        await hass.async_block_till_done(wait_background_tasks=True)
        flows.append(result["flow_id"])
    first = await hass.config_entries.flow.async_configure(flows[0], {"agent_id": "rack-pi"})
    assert first["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    second = await hass.config_entries.flow.async_configure(flows[1], {"agent_id": "rack-pi"})
    assert (second["type"], second["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN) == []


async def test_all_that_knock_go_while_they_are_looked_for(hass: HomeAssistant, connect: Connect) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    agent = await knocking(hass, connect, "rack-pi")
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    await hass.async_block_till_done(wait_background_tasks=True)
    await agent.client.close()
    await hass.async_block_till_done()
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert result["step_id"] == "nobody"


async def test_the_message_says_what_is_waited_for(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    agent = await connect()
    pending = await agent.knock()
    assert pending["event"] == "pending"
    assert '"Rack UPS" is set up' in pending["message"]
    # It is no news for a person either.
    assert offered(hass) == []
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert (await agent.next_event())["event"] == "accepted"


async def test_a_newer_connection_knocks_for_the_older(hass: HomeAssistant, connect: Connect) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    old = await knocking(hass, connect, "rack-pi")
    new = await knocking(hass, connect, "rack-pi")
    assert (await old.next_event())["event"] == "replaced"
    await old.client.close()
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert (await new.next_event())["event"] == "accepted"


async def test_a_removed_agent_waits_and_can_be_added_again(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert (await agent.next_event())["event"] == "released"
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    await hass.async_block_till_done(wait_background_tasks=True)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"agent_id": "rack-pi"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    accepted = await agent.next_event()
    assert (accepted["event"], accepted["last_seq"]) == ("accepted", 0)


class TestRefusals:
    """What only a person can mend is told where that person looks, once."""

    def issues(self, hass: HomeAssistant) -> dict[str, dict[str, str] | None]:
        found = ir.async_get(hass).issues
        return {key: issue.translation_placeholders for (domain, key), issue in found.items() if domain == DOMAIN}

    async def test_another_user(
        self, hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        stranger = await connect(user=make_user(hass, "Mallory"))
        for _ in range(3):
            assert (await stranger.knock())["error"]["code"] == "PI_UPS_WRONG_USER"
        found = self.issues(hass)["wrong_user_rack-pi"]
        assert found is not None
        assert (found["name"], found["user"]) == ("Rack UPS", "Mallory")
        assert caplog.text.count("was refused") == 1
        await (await connect()).join()
        assert self.issues(hass) == {}

    async def test_another_protocol(
        self, hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        agent = await connect(protocol={"min": 2, "max": 2}, board="told in another way")
        for _ in range(3):
            assert (await agent.knock())["error"]["code"] == "PI_UPS_PROTOCOL_MISMATCH"
        found = self.issues(hass)["protocol_mismatch_rack-pi"]
        assert found is not None
        assert found["message"].endswith("update the integration.")
        assert caplog.text.count("was refused") == 1
        await hass.config_entries.async_remove(entry.entry_id)
        assert self.issues(hass) == {}

    async def test_strangers_cannot_fill_repairs_or_memory(
        self, hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
    ) -> None:
        agent = await connect(protocol={"min": 2, "max": 2})
        for number in range(250):
            agent.hello["agent"]["id"] = f"made-up-{number}"
            assert (await agent.knock())["error"]["code"] == "PI_UPS_PROTOCOL_MISMATCH"
        assert self.issues(hass) == {}

    async def test_who_knocked_first_keeps_the_name_while_it_waits(self, hass: HomeAssistant, connect: Connect) -> None:
        assert await async_setup_component(hass, DOMAIN, {})
        first = await knocking(hass, connect, "rack-pi")
        stranger = await connect(user=make_user(hass, "Mallory"))
        assert (await stranger.knock())["error"]["code"] == "PI_UPS_WRONG_USER"
        assert self.issues(hass) == {}
        await first.client.close()
        await hass.async_block_till_done()
        assert (await stranger.knock())["event"] == "pending"

    async def test_users_of_several_agents_are_told_apart(
        self, hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
    ) -> None:
        shed_user = make_user(hass, "Shed")
        shed = add_entry(hass, shed_user, "shed-pi", "Shed UPS")
        assert await hass.config_entries.async_setup(shed.entry_id)
        greeting = hello()
        greeting["agent"]["id"] = "shed-pi"
        assert (await (await connect(**greeting)).knock())["error"]["code"] == "PI_UPS_WRONG_USER"
        assert (await (await connect(user=shed_user, **greeting)).knock())["event"] == "accepted"


async def test_an_offer_that_comes_too_late(hass: HomeAssistant, connect: Connect) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_INTEGRATION_DISCOVERY}, data={"agent_id": "rack-pi"}
    )
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "agent_gone")

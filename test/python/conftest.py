"""Fixtures: a real Home Assistant core, users without admin rights, and agents that speak the real WebSocket API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

# Imported here first, because the fixtures' own config folder has a `custom_components` package that would win.
from custom_components.pi_ups.const import CONF_AGENT_ID, CONF_HELLO, CONF_USER_ID, DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .common import Agent, hello

type Connect = Callable[..., Awaitable[Agent]]


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration of this checkout."""


@pytest.fixture(autouse=True)
def _own_folder(hass: HomeAssistant, tmp_path: Path) -> None:
    """Keep the event store of each test in a folder of its own."""
    hass.config.config_dir = str(tmp_path)


@pytest.fixture(autouse=True)
def _card_bundle() -> Generator[None]:
    """Have a bundle to serve, also in a checkout that was not built."""
    path = Path(__file__).parents[2] / "custom_components/pi_ups/frontend/pi-ups-card.js"
    made = not path.exists()
    if made:
        path.write_text("// stands in for the bundle\n")
    yield
    if made:
        path.unlink()


@pytest.fixture
def agent_user(hass: HomeAssistant) -> MockUser:
    """A user without admin rights, as the README asks for."""
    return make_user(hass, "UPS agent")


def make_user(hass: HomeAssistant, name: str) -> MockUser:
    """Add a user of the group system-users."""
    user = MockUser(name=name)
    user.mock_policy({"entities": True})
    return user.add_to_hass(hass)


@pytest.fixture
async def token_of(hass: HomeAssistant) -> Callable[[MockUser], Awaitable[str]]:
    """Give an access token of a user."""

    async def token(user: MockUser) -> str:
        refresh = await hass.auth.async_create_refresh_token(user, "https://example.com/app")
        return hass.auth.async_create_access_token(refresh)

    return token


@pytest.fixture
async def connect(hass: HomeAssistant, hass_ws_client: Any, agent_user: MockUser, token_of: Any) -> Connect:
    """Open a connection as an agent would; `user` is the one whose token it uses."""
    assert await async_setup_component(hass, "websocket_api", {})
    # As Home Assistant's own server does at its start: what is added later can still be served.
    hass.http.app.router.freeze = lambda: None

    async def make(user: MockUser | None = None, **changes: Any) -> Agent:
        client = await hass_ws_client(hass, await token_of(user or agent_user))
        return Agent(client, hello(**changes))

    return make


def add_entry(hass: HomeAssistant, user: MockUser, agent_id: str, name: str, **changes: Any) -> MockConfigEntry:
    """Add a confirmed agent; it is not loaded yet."""
    greeting = hello(**changes)
    greeting["agent"].update(id=agent_id, name=name)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=name,
        unique_id=agent_id,
        data={CONF_AGENT_ID: agent_id, CONF_USER_ID: user.id, CONF_HELLO: greeting},
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def entry(hass: HomeAssistant, agent_user: MockUser) -> MockConfigEntry:
    """A confirmed agent whose entry is loaded."""
    entry = add_entry(hass, agent_user, "rack-pi", "Rack UPS")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry

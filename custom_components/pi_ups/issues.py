"""What only a person can mend about an agent, said where that person looks: in the log, once, and under Repairs."""

from __future__ import annotations

import logging
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .protocol import ProtocolError
from .vocabulary import PROTOCOL_MISMATCH, WRONG_USER

_LOGGER = logging.getLogger(__name__)

MAX_REMEMBERED: Final = 200
_KEYS: Final = {PROTOCOL_MISMATCH: "protocol_mismatch", WRONG_USER: "wrong_user"}


class Refusals:
    """Agents that were refused. An agent tries again and again; it is told once until it is let in."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with nobody refused."""
        self._hass = hass
        self._said: dict[str, set[str]] = {}

    @callback
    def tell(self, agent_id: str, err: ProtocolError, *, name: str | None, user: str) -> None:
        """Say that an agent was refused; `name` is its device's, or None when it has none (then only the log tells)."""
        text = str(err)
        if len(self._said) > MAX_REMEMBERED:
            self._said.clear()
        said = self._said.setdefault(agent_id, set())
        if text not in said:
            said.add(text)
            _LOGGER.warning("Agent %s of the user %s was refused (%s): %s", agent_id, user, err.code, text)
        key = _KEYS.get(err.code)
        if key is None or name is None:
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{key}_{agent_id}",
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=key,
            translation_placeholders={"name": name, "agent_id": agent_id, "user": user, "message": text},
        )

    @callback
    def clear(self, agent_id: str) -> None:
        """The agent was let in, or its device was removed."""
        self._said.pop(agent_id, None)
        for key in _KEYS.values():
            ir.async_delete_issue(self._hass, DOMAIN, f"{key}_{agent_id}")

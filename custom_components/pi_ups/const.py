"""Names and limits of the integration."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

DOMAIN: Final = "pi_ups"
# In Home Assistant's configuration folder.
DATABASE: Final = "pi_ups.db"

CONF_AGENT_ID: Final = "agent_id"
CONF_USER_ID: Final = "user_id"
CONF_HELLO: Final = "hello"
CONF_FRESH_MINUTES: Final = "fresh_minutes"
DEFAULT_FRESH_MINUTES: Final = 2

# An agent that says nothing for this many heartbeats is gone: 12 s at the usual 5 s, unavailable well within 15 s.
SILENCE_FACTOR: Final = 2.4
ACK_TIMEOUT: Final = 5.0
KNOCK_TIMEOUT: Final = 300.0
# An agent that was offered and is away for so long is offered no more, until it knocks again.
FORGET_AFTER: Final = timedelta(minutes=5)
HISTORY_QUIET: Final = timedelta(seconds=1)

EVENT_HISTORY_SYNCED: Final = "pi_ups_history_synced"

SERVICE_SHUTDOWN: Final = "shutdown"
SERVICE_CANCEL_SHUTDOWN: Final = "cancel_shutdown"
ATTR_DELAY: Final = "delay"
ATTR_REASON: Final = "reason"

CARD_URL: Final = "/pi_ups_static/pi-ups-card.js"
CARD_FILE: Final = "frontend/pi-ups-card.js"

"""The WebSocket commands of protocol version 1: thin handlers over the hub, with one place for refusals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
import re
from typing import Any

import probatio as vol

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback

from .archive import ArchiveError
from .card_feed import describe, may_read
from .device import UpsDevice
from .hub import Hub
from .protocol import (
    Json,
    ProtocolError,
    parse_ack,
    parse_bye,
    parse_events,
    parse_state,
    parse_time,
    wrong_field,
)
from .session import Subscription
from .vocabulary import (
    TYPE_ACK,
    TYPE_BYE,
    TYPE_CONNECT,
    TYPE_DEVICES,
    TYPE_EVENTS,
    TYPE_EVENTS_LIST,
    TYPE_EVENTS_SUBSCRIBE,
    TYPE_STATE,
    UNKNOWN_DEVICE,
)

type Handler = Callable[[HomeAssistant, ActiveConnection, Json], Any]
type AsyncHandler = Callable[[HomeAssistant, ActiveConnection, Json], Awaitable[None]]

MAX_PAGE = 500


def _refuse(connection: ActiveConnection, msg: Json, err: ProtocolError) -> None:
    """Answer with the refusal's code and sentence."""
    connection.send_error(msg["id"], err.code, str(err))


def _refusing(handler: AsyncHandler) -> Callable[[HomeAssistant, ActiveConnection, Json], Coroutine[Any, Any, None]]:
    """Turn a refusal into the error answer, and a disk that does not work into one without a stack trace each time."""

    @wraps(handler)
    async def wrapped(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        try:
            await handler(hass, connection, msg)
        except ProtocolError as err:
            _refuse(connection, msg, err)
        except ArchiveError as err:
            connection.send_error(msg["id"], websocket_api.ERR_HOME_ASSISTANT_ERROR, str(err))

    return wrapped


def _find(hass: HomeAssistant, connection: ActiveConnection, hub: Hub, device_id: str) -> UpsDevice:
    device = hub.by_device_id(device_id)
    if device is None or not may_read(hass, connection.user, device):
        raise ProtocolError(UNKNOWN_DEVICE, f'There is no Pi UPS device "{device_id}".')
    return device


def _ms(msg: Json, key: str) -> int | None:
    if (value := msg.get(key)) is None:
        return None
    if (moment := parse_time(value)) is None:
        raise wrong_field(key, "a time with a zone, like 2026-11-23T04:18:14.123+01:00", value)
    return round(moment.timestamp() * 1000)


_CURSOR = re.compile(r"(-?\d{1,15}):(\d{1,16})")


def _cursor(value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    if (found := _CURSOR.fullmatch(value)) is None:
        raise wrong_field("cursor", "one that was given out", value)
    return int(found[1]), int(found[2])


@callback
def async_register_commands(hass: HomeAssistant, hub: Hub) -> None:
    """Register all commands. They stay for the life of Home Assistant: it has no way to take them back."""
    for handler in (*_agent_commands(hub), *_card_commands(hub)):
        websocket_api.async_register_command(hass, handler)


def _agent_commands(hub: Hub) -> list[Handler]:
    @websocket_api.websocket_command({vol.Required("type"): TYPE_CONNECT, vol.Required("data"): dict})
    @websocket_api.async_response
    @_refusing
    async def connect(_: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        subscription = Subscription(connection, msg["id"])
        # Before anything is waited for, so that a socket that closes meanwhile is noticed.
        connection.subscriptions[msg["id"]] = subscription.close
        try:
            admit = await hub.async_greet(subscription, msg["data"])
        except BaseException:
            connection.subscriptions.pop(msg["id"], None)
            raise
        connection.send_result(msg["id"])
        admit()

    # Not a coroutine: messages about state are many, and stay in their order.
    @websocket_api.websocket_command({vol.Required("type"): TYPE_STATE, vol.Required("data"): dict})
    @callback
    def state(_: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        try:
            message = parse_state(msg["data"])
            device, session = hub.session(connection, message.session)
        except ProtocolError as err:
            _refuse(connection, msg, err)
            return
        device.take_state(session, message)
        connection.send_result(msg["id"], {})

    @websocket_api.websocket_command({vol.Required("type"): TYPE_EVENTS, vol.Required("data"): dict})
    @websocket_api.async_response
    @_refusing
    async def events(_: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        message = parse_events(msg["data"])
        device, _session = hub.session(connection, message.session)
        acked = await device.async_take_events(message)
        connection.send_result(msg["id"], {"acked_seq": acked})

    @websocket_api.websocket_command({vol.Required("type"): TYPE_ACK, vol.Required("data"): dict})
    @websocket_api.async_response
    @_refusing
    async def ack(_: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        message = parse_ack(msg["data"])
        device, _session = hub.session(connection, message.session)
        device.heard()
        device.answers.take(message)
        connection.send_result(msg["id"], {})

    @websocket_api.websocket_command({vol.Required("type"): TYPE_BYE, vol.Required("data"): dict})
    @websocket_api.async_response
    @_refusing
    async def bye(_: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        message = parse_bye(msg["data"])
        device, session = hub.session(connection, message.session)
        device.take_bye(session, message)
        connection.send_result(msg["id"], {})

    return [connect, state, events, ack, bye]


def _card_commands(hub: Hub) -> list[Handler]:
    @websocket_api.websocket_command({vol.Required("type"): TYPE_DEVICES})
    @callback
    def devices(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        visible = [describe(one) for one in hub.devices.values() if may_read(hass, connection.user, one)]
        connection.send_result(msg["id"], {"devices": visible})

    @websocket_api.websocket_command(
        {
            vol.Required("type"): TYPE_EVENTS_LIST,
            vol.Required("device_id"): str,
            vol.Optional("start"): vol.Any(str, None),
            vol.Optional("end"): vol.Any(str, None),
            vol.Optional("types"): vol.Any([str], None),
            vol.Optional("limit", default=50): vol.All(int, vol.Range(min=1, max=MAX_PAGE)),
            vol.Optional("cursor"): vol.Any(str, None),
        }
    )
    @websocket_api.async_response
    @_refusing
    async def list_events(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        device = _find(hass, connection, hub, msg["device_id"])
        start_ms, end_ms, cursor = _ms(msg, "start"), _ms(msg, "end"), _cursor(msg.get("cursor"))
        found, more = await hub.archive.run(
            lambda store: store.list(
                device.agent_id,
                start_ms=start_ms,
                end_ms=end_ms,
                types=msg.get("types") or (),
                limit=msg["limit"],
                cursor=cursor,
            )
        )
        connection.send_result(
            msg["id"],
            {
                "events": [one.as_json() for one in found],
                "next_cursor": None if more is None else f"{more[0]}:{more[1]}",
            },
        )

    @websocket_api.websocket_command({vol.Required("type"): TYPE_EVENTS_SUBSCRIBE, vol.Required("device_id"): str})
    @websocket_api.async_response
    @_refusing
    async def subscribe(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        device = _find(hass, connection, hub, msg["device_id"])
        connection.subscriptions[msg["id"]] = hub.cards.listen(
            device, lambda message: connection.send_event(msg["id"], message)
        )
        connection.send_result(msg["id"])
        connection.send_event(msg["id"], {"kind": "device", "device": describe(device)})

    return [devices, list_events, subscribe]

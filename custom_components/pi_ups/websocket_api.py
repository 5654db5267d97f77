"""The WebSocket commands of protocol version 1: thin handlers over the hub, with one place for refusals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any

import probatio as vol

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback

from .device import UpsDevice
from .hub import Hub
from .protocol import (
    INVALID_MESSAGE,
    TYPE_ACK,
    TYPE_BYE,
    TYPE_CONNECT,
    TYPE_DEVICES,
    TYPE_EVENTS,
    TYPE_EVENTS_LIST,
    TYPE_EVENTS_SUBSCRIBE,
    TYPE_STATE,
    UNKNOWN_DEVICE,
    Json,
    ProtocolError,
    parse_ack,
    parse_bye,
    parse_events,
    parse_hello,
    parse_state,
    parse_time,
)

type Handler = Callable[[HomeAssistant, ActiveConnection, Json], Any]
type AsyncHandler = Callable[[HomeAssistant, ActiveConnection, Json], Awaitable[None]]

MAX_PAGE = 500


def _refusing(handler: AsyncHandler) -> Callable[[HomeAssistant, ActiveConnection, Json], Coroutine[Any, Any, None]]:
    """Turn a refusal into the error answer with its code and sentence."""

    @wraps(handler)
    async def wrapped(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        try:
            await handler(hass, connection, msg)
        except ProtocolError as err:
            connection.send_error(msg["id"], err.code, str(err))

    return wrapped


def _may_read(connection: ActiveConnection, hub: Hub, device: UpsDevice) -> bool:
    """Whether the user may read any of the device's entities."""
    permissions = connection.user.permissions
    return any(
        permissions.check_entity(entity_id, POLICY_READ) for entity_id in hub.describe(device)["entities"].values()
    )


def _find(connection: ActiveConnection, hub: Hub, device_id: str) -> UpsDevice:
    device = hub.by_device_id(device_id)
    if device is None or not _may_read(connection, hub, device):
        raise ProtocolError(UNKNOWN_DEVICE, f'There is no Pi UPS device "{device_id}".')
    return device


def _ms(msg: Json, key: str) -> int | None:
    if (value := msg.get(key)) is None:
        return None
    if (moment := parse_time(value)) is None:
        raise ProtocolError(INVALID_MESSAGE, f"Field {key}: found {value!r}, expected a time with a zone.", key)
    return round(moment.timestamp() * 1000)


def _cursor(value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    at, _, seq = value.partition(":")
    if not (at.lstrip("-").isdigit() and seq.isdigit()):
        raise ProtocolError(
            INVALID_MESSAGE, f"Field cursor: found {value!r}, expected one that was given out.", "cursor"
        )
    return int(at), int(seq)


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
        hello = parse_hello(msg["data"])
        admit = await hub.async_connect(connection, msg["id"], hello)
        connection.subscriptions[msg["id"]] = lambda: hub.close(connection, msg["id"])
        connection.send_result(msg["id"])
        admit()

    @websocket_api.websocket_command({vol.Required("type"): TYPE_STATE, vol.Required("data"): dict})
    @callback
    def state(_: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        try:
            message = parse_state(msg["data"])
            device, _session = hub.session(connection, message.session)
        except ProtocolError as err:
            connection.send_error(msg["id"], err.code, str(err))
            return
        device.take_state(message)
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
        device.take_ack(message)
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
    def devices(_: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        visible = [hub.describe(one) for one in hub.devices.values() if _may_read(connection, hub, one)]
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
        device = _find(connection, hub, msg["device_id"])
        start_ms, end_ms, cursor = _ms(msg, "start"), _ms(msg, "end"), _cursor(msg.get("cursor"))
        found, more = await hass.async_add_executor_job(
            lambda: hub.store.list(
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
    async def subscribe(_: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
        device = _find(connection, hub, msg["device_id"])
        connection.subscriptions[msg["id"]] = device.listen_card(
            lambda message: connection.send_event(msg["id"], message)
        )
        connection.send_result(msg["id"])
        connection.send_event(msg["id"], {"kind": "device", "device": hub.describe(device)})

    return [devices, list_events, subscribe]

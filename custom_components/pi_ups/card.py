"""Serves the card and registers it as a dashboard resource, so that nobody has to copy a file or a line.

A resource and not `add_extra_js_url`: extra modules race with the frontend's own element registry.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from pathlib import Path

from homeassistant.components.http import StaticPathConfig
from homeassistant.components.lovelace.const import LOVELACE_DATA, MODE_STORAGE
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util.hass_dict import HassKey

from .const import CARD_FILE, CARD_URL, DOMAIN

_LOGGER = logging.getLogger(__name__)

ISSUE_YAML = "card_resource_yaml"
_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_card_lock")


def _hash(path: Path) -> str | None:
    if not path.exists():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


async def async_serve_card(hass: HomeAssistant, version: str) -> str | None:
    """Serve the bundle under its address; give that address with its version, or None when the bundle is missing."""
    path = Path(__file__).parent / CARD_FILE
    digest = await hass.async_add_executor_job(_hash, path)
    if digest is None:
        _LOGGER.warning(
            "The card's bundle %s is missing. In a checkout, run npm ci && npm run build; a release contains it",
            path,
        )
        return None
    await hass.http.async_register_static_paths([StaticPathConfig(CARD_URL, str(path), cache_headers=True)])
    return f"{CARD_URL}?v={version}-{digest}"


async def async_register_card(hass: HomeAssistant, url: str) -> None:
    """Make the dashboard resource, or bring it up to date; in YAML mode tell the exact line to add."""
    lovelace = hass.data.get(LOVELACE_DATA)
    if lovelace is None:
        return
    resources = lovelace.resources
    if lovelace.resource_mode != MODE_STORAGE or not isinstance(resources, ResourceStorageCollection):
        if any(item.get("url") == url for item in resources.async_items()):
            ir.async_delete_issue(hass, DOMAIN, ISSUE_YAML)
        else:
            _ask_for_line(hass, url)
        return
    ir.async_delete_issue(hass, DOMAIN, ISSUE_YAML)
    # Entries load at the same time: the lock keeps two of them from each making one.
    async with hass.data.setdefault(_LOCK, asyncio.Lock()):
        await resources.async_get_info()
        ours = [item for item in resources.async_items() if _ours(item)]
        if not ours:
            await resources.async_create_item({"res_type": "module", "url": url})
            return
        if ours[0]["url"] != url:
            await resources.async_update_item(ours[0]["id"], {"res_type": "module", "url": url})
        for other in ours[1:]:
            await resources.async_delete_item(other["id"])


def _ask_for_line(hass: HomeAssistant, url: str) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        ISSUE_YAML,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ISSUE_YAML,
        translation_placeholders={"url": url},
    )


async def async_unregister_card(hass: HomeAssistant) -> None:
    """Take the resource away, when the last entry is removed."""
    ir.async_delete_issue(hass, DOMAIN, ISSUE_YAML)
    lovelace = hass.data.get(LOVELACE_DATA)
    if lovelace is None or not isinstance(lovelace.resources, ResourceStorageCollection):
        return
    await lovelace.resources.async_get_info()
    for item in [item for item in lovelace.resources.async_items() if _ours(item)]:
        await lovelace.resources.async_delete_item(item["id"])


def _ours(item: dict[str, str]) -> bool:
    return item.get("url", "").split("?")[0] == CARD_URL

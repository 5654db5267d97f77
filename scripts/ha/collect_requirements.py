"""Print the requirements of the named integrations and of all that they depend on, read from Home Assistant's manifests."""

import json
from pathlib import Path
import sys

import homeassistant

components = Path(homeassistant.__file__).parent / "components"
named = sys.argv[1:]
todo = list(named)
seen: set[str] = set()
wanted: set[str] = set()
while todo:
    name = todo.pop()
    manifest_file = components / name / "manifest.json"
    if name in seen or not manifest_file.exists():
        continue
    seen.add(name)
    manifest = json.loads(manifest_file.read_text())
    wanted.update(manifest.get("requirements", []))
    todo += manifest.get("dependencies", [])
    todo += [one for one in manifest.get("after_dependencies", []) if one in named]
print("\n".join(sorted(wanted)))

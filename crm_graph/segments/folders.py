"""Folders of segments: a tree under a root that is always there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_graph.definitions.changes.publication import Audit, audit_row
from crm_graph.errors import InUse, InvalidInput, NotFound, TooMany
from crm_graph.graph.queries import load
from crm_graph.segments.segment import ROOT_FOLDER, is_id
from crm_graph.unit import Unit

_QUERIES = "segments"
_DEPTH = 5
_NAME_LENGTH = 200


@dataclass(slots=True, kw_only=True)
class Folder:
    """A folder with what is in it; `parent_id` of the root is its own. Times are ms since 1970."""

    id: int
    name: str
    parent_id: int
    created_at: int = 0
    updated_at: int = 0
    contents_updated_at: int = 0
    user_id: int = 0
    folders: list[Folder] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)


def read(unit: Unit, folder_id: str) -> Folder:
    """A folder with all that is below it; NotFound where there is none."""
    return _one(_tree(unit), folder_id)


def require(unit: Unit, folder_id: str) -> int:
    """The number of a folder that there is; NotFound otherwise."""
    return ROOT_FOLDER if folder_id == str(ROOT_FOLDER) else read(unit, folder_id).id


def create(unit: Unit, name: str, parent_id: str = str(ROOT_FOLDER)) -> Folder:
    """A new folder; InvalidInput for a name that the parent has already, TooMany above a limit."""
    tree = _tree(unit)
    parent = _one(tree, parent_id)
    _check_name(name, parent)
    if len(tree) > unit.limits.segment_folders:
        raise TooMany(f"There may be {unit.limits.segment_folders} folders of lists at most.")
    _check_depth(tree, parent, 1)
    at = unit.clock.now()
    made = Folder(
        id=unit.ids.take("segment_folder")[0],
        name=name.strip(),
        parent_id=parent.id,
        created_at=at,
        updated_at=at,
        contents_updated_at=at,
        user_id=unit.actor.user_id,
    )
    _save(unit, made, "CREATE", {name: getattr(made, name) for name in _STORED})
    return made


def rename(unit: Unit, folder_id: str, name: str) -> Folder:
    """A folder under another name."""
    tree = _tree(unit)
    found = _changeable(tree, folder_id)
    _check_name(name, tree[found.parent_id], found)
    found.name, found.updated_at = name.strip(), unit.clock.now()
    _save(unit, found, "UPDATE", {"name": found.name, "updated_at": found.updated_at})
    return found


def move(unit: Unit, folder_id: str, parent_id: str) -> Folder:
    """A folder with all that is in it under another one; InvalidInput for one that is below it."""
    tree = _tree(unit)
    found, parent = _changeable(tree, folder_id), _one(tree, parent_id)
    if found.id in _way(tree, parent):
        raise InvalidInput(f"Folder {found.id} cannot be moved into itself.", folderId=[folder_id])
    _check_name(found.name, parent, found)
    _check_depth(tree, parent, _height(found))
    found.parent_id, found.updated_at = parent.id, unit.clock.now()
    _save(unit, found, "UPDATE", {"parent_id": found.parent_id, "updated_at": found.updated_at})
    return found


def delete(unit: Unit, folder_id: str) -> None:
    """Remove a folder in which nothing is; InUse otherwise."""
    found = _changeable(_tree(unit), folder_id)
    is_empty = not found.folders and not found.segments
    if is_empty:
        row = unit.graph.change(load(_QUERIES).remove_folder, id=found.id, audit=_audit(unit, found, "DELETE"))
        is_empty = row["removed"] is not False
    if not is_empty:
        raise InUse(f"Folder {found.name} is not empty: move or delete what is in it first.", folderId=[folder_id])


_STORED = ("id", "name", "parent_id", "created_at", "updated_at", "contents_updated_at", "user_id")


def _tree(unit: Unit) -> dict[int, Folder]:
    """All folders by id, the root among them, each with what is in it."""
    row = unit.graph.ask(load(_QUERIES).folders, limit=unit.limits.segment_folders + 1)
    found = {ROOT_FOLDER: Folder(id=ROOT_FOLDER, name="", parent_id=ROOT_FOLDER)}
    found |= {node["id"]: Folder(**{name: node[name] for name in _STORED}) for node in row["folders"]}
    for each in found.values():
        if each.id != ROOT_FOLDER:
            found[each.parent_id].folders.append(each)
    for folder_id, segment_id in row["lists"]:
        found.get(folder_id, found[ROOT_FOLDER]).segments.append(segment_id)
    for each in found.values():
        each.segments.sort()
    return found


def _one(tree: Mapping[int, Folder], folder_id: str) -> Folder:
    found = tree.get(int(folder_id)) if is_id(folder_id) else None
    if found is None:
        raise NotFound(f"Folder {folder_id[:100]} does not exist.", folderId=[folder_id[:100]])
    return found


def _changeable(tree: Mapping[int, Folder], folder_id: str) -> Folder:
    found = _one(tree, folder_id)
    if found.id == ROOT_FOLDER:
        raise InvalidInput("The root folder is always there and stays as it is.", folderId=[folder_id])
    return found


def _check_name(name: str, parent: Folder, of: Folder | None = None) -> None:
    wanted = name.strip().casefold()
    if not wanted or len(name) > _NAME_LENGTH:
        raise InvalidInput(f"The name of a folder has from 1 to {_NAME_LENGTH} characters.", name=[name[:200]])
    if any(each.name.casefold() == wanted and (of is None or each.id != of.id) for each in parent.folders):
        raise InvalidInput(f"A folder called '{name.strip()}' is there already.", name=[name.strip()])


def _check_depth(tree: Mapping[int, Folder], parent: Folder, height: int) -> None:
    if len(_way(tree, parent)) - 1 + height > _DEPTH:
        raise TooMany(f"Folders may be nested {_DEPTH} deep at most.")


def _way(tree: Mapping[int, Folder], folder: Folder) -> list[int]:
    """Ids from a folder up to the root."""
    found = [folder.id]
    while found[-1] != ROOT_FOLDER:
        found.append(tree[found[-1]].parent_id)
    return found


def _height(folder: Folder) -> int:
    return 1 + max(map(_height, folder.folders), default=0)


def _save(unit: Unit, folder: Folder, action: str, values: Mapping[str, Any]) -> None:
    unit.graph.change(load(_QUERIES).save_folder, id=folder.id, values=dict(values), audit=_audit(unit, folder, action))


def _audit(unit: Unit, folder: Folder, action: str) -> dict[str, Any]:
    values = {"name": folder.name, "parent_id": folder.parent_id}
    audit = Audit(action=action, subject=f"segment_folder:{folder.id}", values=values)
    return audit_row(unit, audit, unit.clock.now())

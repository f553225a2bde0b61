"""Checks of what users pass: each gives what the extension modules take, or raises an
error that names the argument. An error is a ModelError unless `kind` says otherwise."""

from __future__ import annotations

import operator
import os
from typing import Any, Dict, Mapping, Optional, Type

from tilewright._errors import Error, ModelError


def integer(what: str, value: Any, most: int, kind: Type[Error] = ModelError, zero: str = "") -> int:
    """`value`, from 0 to `most`. `zero`: what 0 stands for."""
    try:
        number = operator.index(value)
    except TypeError:
        raise kind(f"{what} is an int, but got {type(value).__name__}") from None
    if not 0 <= number <= most:
        raise kind(f"{what} is {number}, but must be 0{zero} or more, at most {most}")
    return number


def threads(what: str, value: Any) -> int:
    return integer(what, value, 2**32 - 1, zero=" (all cores)")


def text(what: str, value: Any, kind: Type[Error] = ModelError) -> bytes:
    """The bytes of a str. Those that are not UTF-8 in files come as surrogates."""
    if not isinstance(value, str):
        raise kind(f"{what} is a str, but got {type(value).__name__}")
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as failure:
        raise kind(f"{what} cannot be encoded: {failure}") from None


def path(what: str, value: Any, kind: Type[Error] = ModelError) -> bytes:
    """The bytes of a path, as the file system has them."""
    try:
        name = os.fsencode(value)
    except (TypeError, UnicodeEncodeError) as failure:
        raise kind(f"{what} is no path: {failure}") from None
    if b"\0" in name:
        raise kind(f"{what} is no path: {value!r} has a zero in it")
    return name


def mapping(what: str, value: Optional[Mapping[str, Any]], kind: Type[Error] = ModelError) -> Dict[str, Any]:
    """A dict with names as keys; empty for None."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise kind(f"{what} is a dict by name, but got {type(value).__name__}")
    for name in value:
        if not isinstance(name, str):
            raise kind(f"a key of {what} is a str, but got {type(name).__name__}")
    return dict(value)

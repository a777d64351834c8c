"""Names of modules that students import, and the names that common modules of the standard library define."""

from __future__ import annotations

import collections
import copy
import csv
import datetime as dt
import functools
import itertools
import json
import math
import os
import random
import re
import statistics
import string
import sys
import time

METHODS_OF_CLASS = {
    "datetime": frozenset(("now", "today", "strptime", "fromisoformat", "fromtimestamp", "utcnow")),
}
"""Methods of the class that has the name of its module."""
OTHER_WORDS = {
    "squareroot": "sqrt",
    "root": "sqrt",
    "square": "pow",
    "power": "pow",
    "roundup": "ceil",
    "ceiling": "ceil",
    "rounddown": "floor",
    "int": "randint",
    "number": "randint",
    "randomint": "randint",
    "randominteger": "randint",
    "randomchoice": "choice",
    "pick": "choice",
    "wait": "sleep",
    "pause": "sleep",
    "average": "mean",
    "avg": "mean",
    "ln": "log",
    "mkdirs": "makedirs",
    "parse": "loads",
    "stringify": "dumps",
}
"""Names of other languages or of plain English for a function of Python's library."""
KNOWN_MODULES = sorted(
    {*sys.stdlib_module_names, "numpy", "pandas", "matplotlib", "scipy", "requests", "pygame", "seaborn", "sklearn"}
)
"""Names of modules that students import."""
_OFFERED = {
    module.__name__: tuple(name for name in dir(module) if not name.startswith("_"))
    for module in (
        *(collections, copy, csv, dt, functools, itertools, json, math, os, random, re, statistics, string),
        *(sys, time),
    )
}
"""The names that common modules of the standard library define."""


def names_of(module: str) -> tuple[str, ...]:
    """Return the names that a module of the standard library defines; none if it is not a common one."""
    return _OFFERED.get(module, ())

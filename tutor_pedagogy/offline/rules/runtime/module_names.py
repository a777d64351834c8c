"""Names of modules that students import, and the names that common modules of the standard library define."""

from __future__ import annotations

import bisect
import calendar
import collections
import copy
import csv
import datetime as dt
import functools
import glob
import heapq
import itertools
import json
import math
import operator
import os
import random
import re
import statistics
import string
import sys
import time

IMPORTED_AS = {
    **dict.fromkeys(
        (
            *("math", "random", "time", "os", "sys", "re", "json", "csv", "datetime", "statistics", "string", "copy"),
            *("collections", "itertools", "functools", "decimal", "fractions", "turtle", "tkinter"),
            *("heapq", "bisect", "operator", "calendar", "typing", "logging", "threading", "asyncio"),
            *("subprocess", "shutil", "glob", "argparse", "sqlite3", "pickle", "hashlib", "uuid", "requests", "pygame"),
            *("numpy", "pandas", "scipy"),
        ),
        "",
    ),
    "np": "numpy",
    "plt": "matplotlib.pyplot",
    "pd": "pandas",
    "sns": "seaborn",
}
"""Names of modules. An abbreviation such as `np` is mapped to the full name of its module."""
MODULE_OF = {
    name: module
    for module, names in {
        "math": "sqrt sin cos tan pi floor ceil log exp factorial gcd radians",
        "random": "randint choice shuffle sample uniform randrange",
        "time": "sleep perf_counter",
        "numpy": "array zeros ones linspace arange",
        "collections": "deque Counter defaultdict OrderedDict namedtuple",
        "functools": "reduce lru_cache partial cmp_to_key",
        "itertools": "permutations combinations zip_longest groupby accumulate",
        "string": "ascii_lowercase ascii_uppercase ascii_letters",
        "operator": "itemgetter attrgetter",
        "dataclasses": "dataclass",
        "enum": "Enum",
        "abc": "ABC abstractmethod",
        "decimal": "Decimal",
        "fractions": "Fraction",
        "statistics": "mean median stdev",
        "datetime": "date timedelta",
        "copy": "deepcopy",
        "pathlib": "Path",
    }.items()
    for name in names.split()
}
"""The module that defines each of these functions, classes and constants."""
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
        *(sys, time, bisect, calendar, glob, heapq, operator),
    )
}
"""The names that common modules of the standard library define."""


def names_of(module: str) -> tuple[str, ...]:
    """Return the names that a module of the standard library defines; none if it is not a common one."""
    return _OFFERED.get(module, ())

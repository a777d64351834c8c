"""Special methods, such as `__len__`: by which operation Python calls each of them."""

from __future__ import annotations

_CALLED_BY = {
    "__init__": "for each new object, right after it is made",
    "__len__": "for `len` of such an object",
    "__str__": "for `print` and `str` of such an object",
    "__repr__": "to show such an object, for example in a list",
    "__eq__": "for `==` between two such objects",
    "__lt__": "for `<`, and therefore in a sort",
    "__gt__": "for `>`",
    "__le__": "for `<=`",
    "__add__": "for `+` with such an object on the left",
    "__sub__": "for `-` with such an object on the left",
    "__mul__": "for `*` with such an object on the left",
    "__getitem__": "for an index or key in square brackets",
    "__setitem__": "for an assignment to an index or key in square brackets",
    "__contains__": "for `in`",
    "__iter__": "at the start of a loop over such an object",
    "__next__": "for the next item of such an object, in each round of a loop",
    "__call__": "for parentheses behind such an object, as in a call",
    "__enter__": "at the start of a `with` block",
    "__exit__": "at the end of a `with` block",
    "__hash__": "where such an object is a key of a dictionary or an item of a set",
    "__bool__": "where such an object stands as a condition",
    "__del__": "when such an object is removed from memory",
}


def called_by(name: str) -> str:
    """Return the sentence that tells when Python calls a special method, with a blank in front; "" for another name."""
    when = _CALLED_BY.get(name)
    return f" You do not call it by its name: Python calls it {when}." if when is not None else ""

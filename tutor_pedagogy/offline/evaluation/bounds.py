"""The bounds of an evaluation, except the number of its steps."""

MAX_BITS = 4096
"""The maximum size of an integer, in bits."""
MAX_LENGTH = 10_000
"""The maximum number of items of a collection, or of characters of a string."""
MAX_OUTPUT = 20_000
"""The maximum number of characters that the program may print."""
MAX_PRINTS = 2_000
"""The maximum number of times that the program may print text."""
MAX_DEPTH = 270
"""The maximum depth of nested evaluation, over all calls. One level stands for two Python frames: a node of the syntax
tree counts as one level, a call or a collection as more. CPython's own limit is 1,000 frames, the caller's included."""
MAX_NESTING = 20
"""The maximum depth of nested collections that a native operation, such as a comparison, may read."""
MAX_WRAPPED = 1_000
"""The maximum number of iterators over other iterators. Python frees such a chain recursively."""
SEEN = 8
"""The maximum number of values that are kept for each watched expression."""
ITEMS_PER_STEP = 16
"""The number of items that a native operation on a collection handles for one step of the budget."""
END = object()
"""The result of `Machine.advance` after the last item."""

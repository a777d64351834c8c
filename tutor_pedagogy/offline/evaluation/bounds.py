"""The bounds of an evaluation, besides its steps."""

MAX_BITS = 4096
"""The maximum size of an integer, in bits."""
MAX_LENGTH = 10_000
"""The maximum number of items of a collection, or of characters of a string."""
MAX_OUTPUT = 20_000
"""The maximum number of characters that the program may print."""
MAX_PRINTS = 2_000
"""The maximum number of texts that the program may print."""
MAX_DEPTH = 270
"""The maximum depth of nested evaluation, over all calls. One level stands for two Python frames: a node of the syntax
tree counts as one level, a call or a collection as more. CPython's own limit is 1,000 frames, the caller's included."""
MAX_NESTING = 20
"""The maximum depth of collections inside collections that a native operation may go through."""
MAX_WRAPPED = 1_000
"""The maximum number of native iterators over other iterators, which would be freed in a recursion."""
SEEN = 8
"""The number of values that are kept for a watched expression."""
ITEMS_PER_STEP = 16
"""The number of items that a native operation on a collection handles for the price of one step."""
END = object()
"""What `Machine.advance` returns after the last item."""

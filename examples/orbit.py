"""Area inside the orbit of a space station: the program stops at the formula."""

import math

radius = 6771  # kilometres from the centre of the Earth


def circle_area(r):
    return math.pi * r ^ 2


print("area:", circle_area(radius), "square kilometres")

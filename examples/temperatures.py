"""Warn when a fridge gets too warm, from its sensor's readings of one night."""

import numpy as np

readings = np.array([4.1, 4.4, 5.2, 8.3, 7.9, 4.6])
limit = 7.0


def is_too_warm(temperatures):
    if temperatures > limit:
        return True
    return False


if is_too_warm(readings):
    print("Check the door of the fridge.")
else:
    print("All is well.")

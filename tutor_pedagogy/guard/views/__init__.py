"""Pure decoders: each reads in a text what a reader could see there. Most offer `readings(text)`."""

"""Pure decoders. Each returns other readings of a text that a student could see in it. Most offer `readings(text)`."""

"""Pure decoders. Each returns other ways in which a student could read a text. Most offer `readings(text)`."""

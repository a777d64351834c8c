"""What a reader can see in a text besides what it says plainly: pure decoders, most with `readings(text)`."""

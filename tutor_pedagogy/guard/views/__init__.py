"""Pure decoders. Each returns other ways to read a text, such as a decoded or joined text (`readings`)."""

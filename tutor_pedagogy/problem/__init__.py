"""The identity of a problem: lexing, the syntax tree, and the fingerprint of the code unit at the cursor."""

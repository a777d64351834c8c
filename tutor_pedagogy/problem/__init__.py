"""The identity of a problem: lexing, the syntax tree, and the fingerprint of the unit under the cursor."""

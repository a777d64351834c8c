"""Answers to "what does this do?": a line, a construct, a name, a call or a whole program, in words."""

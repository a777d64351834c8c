"""The rules of teaching: pure functions over plain values, standard library only, no input or output.

Both sides use them: the service for every ask, the language server when there is no service.
"""

"""The teaching rules: pure functions of plain values, with the standard library only and without input or output.

The service uses them for every ask. The language server uses them when it works without the service.
"""

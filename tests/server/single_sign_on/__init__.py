"""Tests of single sign-on, with a hostile identity provider; real ones are in `tests/e2e`."""

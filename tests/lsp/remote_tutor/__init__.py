"""Tests of the client of the service, over real sockets on loopback."""

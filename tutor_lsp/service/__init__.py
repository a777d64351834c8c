"""The client of the service: address, connection, frames and retries."""

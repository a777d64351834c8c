"""The service's client: its address, connection, frames and retries."""

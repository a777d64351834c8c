"""The ledger of model calls: each call has a row before it costs money, and exactly one outcome."""

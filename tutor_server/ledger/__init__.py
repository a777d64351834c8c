"""What model calls cost: every call has its row before the money is spent, and exactly one outcome."""

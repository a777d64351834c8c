"""The remote service of Ask Tutor: sign-in, limits, hint levels, the guard, and the models behind them."""

"""The remote service of Ask Tutor: sign-in, limits, the hint ladder, the guard, and the models behind them."""

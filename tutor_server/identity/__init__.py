"""Who a student is: passwords, tokens, and what can be done with an account."""

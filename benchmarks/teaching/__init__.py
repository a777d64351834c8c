"""What the tutor teaches and what it gives away, measured on programs of real students and replies to them."""

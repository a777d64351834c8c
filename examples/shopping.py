"""Add up a shopping list and warn when it gets too expensive."""

basket = {"bread": 3.20, "cheese": 6.50, "apples": 4.10, "coffee": 8.90}
budget = 20

total = 0
for item, price in basket.items():
total = total + price
    print(item, price)

if total > budget:
    print("Too expensive by", round(total - budget, 2))
else:
    print("Fine:", total)

"""Average of the rain that fell in a week, and how many days were wetter than that."""

rain = [0.0, 3.5, 12.1, 4.2, 0.0, 0.7, 8.4]


def average(values):
    total = 0
    for value in values
        total = total + value
    return total / len(values)


mean = average(rain)
wet_days = 0
for amount in rain:
    if amount > mean:
        wet_days = wet_days + 1

print("average:", round(mean, 1), "mm")
print("wetter than average:", wet_days, "days")

"""Print each student with the grade of the last test, and who made the biggest step forward."""

names = ["Amira", "Ben", "Chloe", "Dev"]
first_test = [61, 74, 80, 55]
last_test = [72, 70, 91, 68]


def biggest_step(before, after):
    best = 0
    for i in range(1, len(before) + 1):
        step = after[i] - before[i]
        if step > after[best] - before[best]:
            best = i
    return best


for name, grade in zip(names, last_test):
    print(f"{name:<6} {grade}")

winner = biggest_step(first_test, last_test)
print("Biggest step forward:", names[winner])

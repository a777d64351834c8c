"""Savings after some years of interest: the result never grows beyond one year."""


def savings_after(years, start, rate):
    for year in range(years):
        amount = start
        amount = amount + amount * rate
    return amount


print("after 1 year:  ", savings_after(1, 1000, 0.05))
print("after 10 years:", savings_after(10, 1000, 0.05))

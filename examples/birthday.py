"""Ask for an age and say how old the person will be in ten years."""

name = input("What is your name? ")
age = input("How old are you? ")

later = age + 10
print(name + ", in ten years you will be " + str(later) + ".")

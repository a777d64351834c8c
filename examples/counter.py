"""Count the visitors of a small museum with a function for each door."""

visitors = 0


def enter(group):
    visitors = visitors + group
    print("Welcome! Now there are", visitors, "people inside.")


enter(4)
enter(2)

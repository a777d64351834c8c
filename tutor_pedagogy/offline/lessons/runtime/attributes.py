"""The words for: attributes that are not there."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

ATTRIBUTE_OF_NONE = Lesson(
    question=(
        "You use $attribute on $name. What is $name at this moment? Follow it back to the line that gave it its "
        "value. Did that line store a result, or the answer of something that only does its work in place?"
    ),
    concept=(
        "Some methods, such as `append`, `sort` and `reverse`, change their list in place and give back `None`. A "
        "function without `return` gives back `None` too. If that answer is stored, the name stands for “nothing”, "
        "and nothing has no methods. Here $name is `None`, which comes from $source."
    ),
    picture="It is like asking the painter for the painted wall: the wall has stayed where it was.",
    precise="By convention mutating methods return None, so that they cannot be mistaken for pure ones.",
    place="The `None` comes from $source.",
    plan=(
        "Print $name right after it gets its value.",
        "Ask whether the call on this line gives a value back or works in place.",
        "In the second case keep the call, but do not store its answer; in a function of yours use `return`.",
    ),
    example=Example(
        before="A list that is changed in place, and stays under its name:",
        code=("cards = [9, 4, 7]\ncards.sort()\ncards.append(10)\nprint(cards)"),
        after="No equals sign is needed: `cards` is still the same list, only changed.",
    ),
    remedy="On line $line do not store the answer of the method in place, or let the function `return` its value.",
    reason="The name keeps standing for the real value.",
    check="print the value after the line: it should not be `None`.",
)

ATTRIBUTE_MISSPELT = Lesson(
    question=(
        "Read $attribute after the dot letter by letter. Which method or value of $owner did you mean? What does "
        "your editor offer when you type the dot?"
    ),
    concept=(
        "After the dot Python looks for exactly the name that you write. $owner is $kind and has a fixed set of "
        "names to offer. $attribute on line $line is close to one of them, but not equal, so it is not found."
    ),
    picture="It is like a button that is labelled “Strat”: the machine has none of that name.",
    precise="Attribute lookup is exact and case sensitive, through the instance and then its class.",
    place="The name after the dot is nearly right.",
    plan=(
        "Use `dir` on $owner to see which names it offers.",
        "Find the one that you mean.",
        "Copy its spelling, small and big letters included.",
    ),
    example=Example(
        before="Two methods, spelt exactly:",
        code=('rhyme = "twinkle twinkle"\nprint(rhyme.count("twin"), rhyme.replace("t", "T"))'),
        after="With one letter more or less in `count` Python would not find it.",
    ),
    remedy="Correct the name after the dot on line $line.",
    reason="The name is now one that this kind of value offers.",
    check="your editor should offer the name after the dot. Then run the line.",
)

METHOD_OF_ANOTHER_KIND = Lesson(
    question=(
        "Which kind of value is $owner at this moment? Use `type`. And which kind of value do you know $attribute "
        "from? Are the two the same?"
    ),
    concept=(
        "Each kind of value has its own methods. Lists can grow, texts can be split, dictionaries have keys. On line "
        "$line $owner is $kind, and $attribute is not among its methods. So either $owner is not what you think, or "
        "this kind of value has another way to do it."
    ),
    picture="A bicycle has a bell and a car has a horn: press what is there.",
    precise="Methods live on the type; there is no shared interface beyond the protocols a type implements.",
    place="$owner is $kind there, and that has no $attribute.",
    plan=(
        "Print $owner and its `type` right before the line.",
        "If it is not the kind you expect, find the line that made it so.",
        "If it is, look up how this kind of value does the job: for that it has $usual.",
    ),
    example=Example(
        before="The right method for each kind:",
        code=('herbs = ["mint"]\nherbs.append("sage")\nlabel = "mint,sage"\nprint(herbs, label.split(","))'),
        after="`append` belongs to lists and `split` to texts; each would fail on the other.",
    ),
    remedy="On line $line use $usual in place of $attribute, or make $owner the kind of value that has it.",
    reason="The value is now asked for something that it offers.",
    check="print the value and its `type` before and after the line.",
)

ATTRIBUTE_NEVER_SET = Lesson(
    question=(
        "Which line of the class $class_name gives an object its $attribute? Does that line run for every object, "
        "and does it say to which object the value belongs?"
    ),
    concept=(
        "An object has only the values that were stored in it. That usually happens in the method that Python calls "
        "when the object is built, and each value is stored with `self` and a dot. A plain name inside a method "
        "vanishes when the method ends. No line has stored $attribute in this object of $class_name."
    ),
    picture="It is like a name tag: it helps only if someone has pinned it on.",
    precise="Assignment to a bare name binds a local; only an attribute of `self` goes into the instance dictionary.",
    place="This is where $attribute should become part of the object, or where it is missed.",
    plan=(
        "Find the method that runs when an object is built, and check its exact name.",
        "Check that each value is stored with `self` and a dot.",
        "Check that the spelling is the same where it is stored and where it is used.",
    ),
    example=Example(
        before="A value stored in the object, and used later:",
        code=(
            "class Kettle:\n"
            "    def __init__(self, litres):\n"
            "        self.litres = litres\n"
            "\n"
            "    def is_big(self):\n"
            "        return self.litres > 1.5\n"
            "\n"
            "\n"
            "print(Kettle(2).is_big())"
        ),
        after="`self.litres` belongs to the kettle, so the other method finds it.",
    ),
    remedy="Store $attribute in the object with `self` and a dot, in `__init__`.",
    reason="Every object has the value from the moment when it is built.",
    check="build an object and print the value at once.",
    other_examples=(
        Example(
            before="What an object holds can be looked at:",
            code=(
                'class Tent:\n    beds = 4\n\n\ntent = Tent()\ntent.colour = "blue"\n'
                'print(vars(tent), hasattr(tent, "colour"), hasattr(tent, "weight"))'
            ),
            after="`colour` was stored in this object and `weight` never was, so only the first is there.",
        ),
    ),
)

FILE_NAMED_LIKE_MODULE = Lesson(
    question=(
        "What is the name of your own file, and what is the name of the module $module that you import? Which of the "
        "two does Python find first?"
    ),
    concept=(
        "When Python imports a module, it looks in the folder of your program first. A file of yours with the name "
        "of a module hides the real one. Then the import on line $line fetches your own half-read file, and what you "
        "need is not in it."
    ),
    picture="It is like two people of the same name in one house: the post always goes to the first.",
    precise="The script's directory stands first on the module search path, so it shadows the standard library.",
    place="The module that is found is your own file.",
    plan=(
        "Compare the file names of your folder with $module.",
        "Choose another name for your file and rename it.",
        "Remove the folder `__pycache__`, where the old version may be kept.",
    ),
    example=Example(
        before="How to see which file an import has found:",
        code=("import statistics\n\nprint(statistics.__file__)"),
        after="If the path shown is in your own folder, the real module is hidden.",
    ),
    remedy="Rename your own file, so that it is not called like the module $module.",
    reason="The import then finds the real module.",
    check="print `__file__` of the module: it should not be in your folder.",
)

NOT_IN_MODULE = Lesson(
    question=(
        "Is $attribute really in the module $module? Compare the spelling with the documentation, and think of the "
        "module that you know it from."
    ),
    concept=(
        "A module offers a fixed set of names. After the dot Python finds only those. $attribute on line $line is "
        "not one that $module offers: either it is spelt another way, or it lives in another module."
    ),
    picture="It is like looking for milk in a bookshop.",
    precise="Module attributes are its global names; submodules count only once they are imported.",
    place="The module $module offers nothing of this name.",
    plan=(
        "Use `dir` on the module, or look into its documentation.",
        "Find the exact name that you need, and the module it belongs to.",
        "Import that module, and use the exact name after the dot.",
    ),
    example=Example(
        before="A name looked up before it is used:",
        code=('import calendar\n\nprint("isleap" in dir(calendar), calendar.isleap(2000))'),
        after="`dir` lists what the module offers, so the spelling can be compared.",
    ),
    remedy="On line $line use the exact name and the right module: $advice.",
    reason="Name and module belong together now.",
    check="run the line on its own with a value whose result you know.",
)

"""The words for: errors of numpy, matplotlib and their like."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

TRUTH_OF_ARRAY = Lesson(
    question=(
        "The condition $test compares a whole array. How many answers does such a comparison give, one or one for "
        "each number? And how many answers does `if` need? Print the comparison on its own to see."
    ),
    concept=(
        "Comparing an array gives an array of answers, `True` or `False` for each number in it. But `if` and `while` "
        "need a single yes or no, and so do `and`, `or` and `not`. On line $line Python would have to turn many "
        "answers into one. It cannot know whether you mean “all of them” or “at least one”, so it asks."
    ),
    picture="You ask a class “are you tall?” and get thirty answers, when you need just one.",
    precise="An array refuses its truth value for more than one element; elementwise logic uses `&`, `|` and `~`.",
    maths_picture="“All” means every single one, “any” means one or more: that is the whole difference.",
    maths_precise="You need a quantifier: for all entries, or there exists an entry.",
    place="It gives one answer for each number.",
    plan=(
        "Print the condition on its own and look at the answers.",
        "Decide what you mean: all numbers, or at least one of them, or each on its own.",
        "For one answer recall `np.all` and `np.any`; for each on its own `np.where`, or use the answers as an index.",
    ),
    example=Example(
        before="Many answers made into one, in both ways:",
        code=(
            "import numpy as np\n"
            "\n"
            "depths = np.array([0.4, 1.8, 2.5])\n"
            "print(np.any(depths > 2), np.all(depths > 2))\n"
            "print(depths[depths > 2])"
        ),
        after="At least one depth is over 2, but not all; the last line picks those that are.",
    ),
    remedy="On line $line make one answer out of many with `np.any` or `np.all`.",
    reason="The condition gives one single answer; use `all` in place of `any` if every number has to fulfil it.",
    check="try an array in which all numbers fulfil it, one with some, and one with none.",
)

MATRIX_SIZES = Lesson(
    question=(
        "Print the `shape` of both matrices on this line. In a matrix product the rows of the one meet the columns "
        "of the other: which two numbers have to agree, and do they?"
    ),
    concept=(
        "In a matrix product each row of the left side is multiplied with each column of the right side, number by "
        "number. So the left one must have as many columns as the right one has rows. On line $line the shapes are "
        "$first and $second, and these two numbers differ."
    ),
    picture="It is like a zip: both sides need the same number of teeth.",
    precise="The inner dimensions must match; one-dimensional operands are promoted and demoted again.",
    maths_picture="An m by n matrix times an n by p matrix gives an m by p matrix; both n must be equal.",
    maths_precise="Composition of linear maps needs the codomain of the first to be the domain of the second.",
    place="Its two sides have the shapes $first and $second.",
    plan=(
        "Print the `shape` of both sides.",
        "Write them next to each other and compare the two inner numbers.",
        "Check whether one side should be turned over with `transpose`, or has too many or too few rows.",
    ),
    example=Example(
        before="A product whose inner numbers agree:",
        code=(
            "import numpy as np\n\nrates = np.ones((2, 3))\namounts = np.array([10, 20, 30])\nprint(rates @ amounts)"
        ),
        after="Three columns on the left, three numbers on the right: the result has two numbers.",
    ),
    remedy="On line $line bring the two sides into shapes whose inner numbers agree.",
    reason="Each row then has as many numbers as the column that it meets.",
    check="print the `shape` of the result and compare it with what the formula says.",
    other_examples=(
        Example(
            before="The inner two sizes agree:",
            code=(
                "import numpy as np\n\nrates = np.full((2, 4), 0.5)\nhours = np.linspace(1, 4, 4)\n"
                "print((rates @ hours).shape)"
            ),
            after="Four columns meet four numbers, and what is left is the 2 in front.",
        ),
    ),
)

SHAPES_DO_NOT_FIT = Lesson(
    question=(
        "Print the `shape` of each array on this line. Python reports $first and $second. Which number of the one "
        "should agree with which number of the other?"
    ),
    concept=(
        "Arrays are combined number by number, so their shapes have to fit. They are compared from the last number "
        "to the first: two numbers fit when they are equal or one of them is 1. On line $line the shapes $first and "
        "$second do not fit, so there are numbers without a partner."
    ),
    picture="It is like pairing dancers: with three on one side and four on the other, someone is left.",
    precise="Broadcasting aligns trailing axes and stretches only axes of length one.",
    maths_picture="Adding two rows of numbers means adding partner by partner; both rows need the same length.",
    maths_precise="The operation is defined componentwise, so both vectors have to be from the same space.",
    place="There the shapes $first and $second meet.",
    plan=(
        "Print the `shape` of each array right before the line.",
        (
            "Go back to where the arrays are made: `linspace`, `arange` and slices give lengths that are easily off "
            "by one."
        ),
        "Make both of one length, or use `reshape` if a row and a column should be combined.",
    ),
    example=Example(
        before="Two arrays of one length, made from the same number:",
        code=(
            "import numpy as np\n"
            "\n"
            "count = 5\n"
            "times = np.linspace(0, 2, count)\n"
            "noise = np.zeros(count)\n"
            "print(times + noise)"
        ),
        after="Since `count` stands for both lengths, they cannot differ.",
    ),
    remedy="Bring the arrays of line $line to shapes that fit; make both from the same number.",
    reason="Each number has its partner.",
    check="print both shapes and the shape of the result.",
    other_examples=(
        Example(
            before="Shapes that fit, number by number from the end:",
            code=(
                "import numpy as np\n\ngrid = np.full((2, 3), 5)\nrow = np.linspace(0, 1, 3)\nprint((grid * row).shape)"
            ),
            after="The last numbers are equal, 3 and 3, so each row of `grid` meets the whole of `row`.",
        ),
    ),
)

ONE_NUMBER_NEEDED = Lesson(
    question=(
        "How many numbers does $name hold, and how many does $function want? Where does $function come from: from "
        "`math`, or from numpy?"
    ),
    concept=(
        "The functions of `math`, and `int` and `float`, take one single number. Those of numpy take a whole array "
        "and work on each number in it. On line $line $function gets the array $name, with more numbers than one, "
        "and cannot choose."
    ),
    picture="It is like a letter opener with ten letters pushed in at once.",
    precise="`math` calls `__float__`, which ndarray defines only for size one; ufuncs map over all elements.",
    maths_picture="You apply the formula to each entry, like a column in a table.",
    maths_precise="The scalar function is applied componentwise; `math` has no such extension.",
    place="$name holds many numbers, but $function takes one.",
    plan=(
        "Print the `shape` of $name.",
        "Decide whether you want a result for each number or for one of them.",
        "For each, take the function of the same name from `np`; for one, pick it by its position.",
    ),
    example=Example(
        before="A function of numpy that works on each number:",
        code=("import numpy as np\n\nsides = np.array([1.0, 4.0, 9.0])\nprint(np.sqrt(sides))"),
        after="The result is an array of the same length, with one root for each number.",
    ),
    remedy="On line $line take the function from numpy in place of $function.",
    reason="The function of numpy works on each number of the array.",
    check="compare the first result with the one for a single number.",
)

ROWS_OF_DIFFERENT_LENGTH = Lesson(
    question=(
        "An array is a table with the same number of columns in each row. Count the items in each row of $name. Are "
        "all counts the same?"
    ),
    concept=(
        "An array needs a full table: every row has the same length and holds plain numbers. On line $line $name has "
        "rows of different length, or a list where one number should be, so numpy cannot build a table from it."
    ),
    picture="It is like a chocolate bar from which one row lacks a piece.",
    precise="An inhomogeneous nesting has no rectangular shape; numpy no longer falls back to objects.",
    maths_picture="Think of a table: each line needs an entry in every column.",
    maths_precise="A matrix is rectangular by definition.",
    place="$name is no full table.",
    plan=(
        "Print the `len` of each row.",
        "Find the row that differs, or the item that is a list itself.",
        "Correct the data there, or keep them in a plain list.",
    ),
    example=Example(
        before="A check of the rows before the array is made:",
        code=(
            "import numpy as np\n"
            "\n"
            "survey = [[3, 1], [4, 1], [5, 9]]\n"
            "print({len(row) for row in survey})\n"
            "print(np.array(survey).shape)"
        ),
        after="The set has only one length in it, so the table is full.",
    ),
    remedy="Make all rows of the data on line $line equally long.",
    reason="Each row has the same length, so numpy can build the table.",
    check="print the `shape` of the array: rows first, then columns.",
)

POSITION_OUTSIDE_ARRAY = Lesson(
    question=(
        "Python looks for position $value in a direction in which the array has $size places. Which positions exist "
        "there, from the first to the last?"
    ),
    concept=(
        "Positions in an array count from 0 in each direction. With $size places the last one is one less than that. "
        "On line $line the position is $value, so there is no number to take. Often a loop runs one step too far, or "
        "rows and columns are mixed up."
    ),
    picture="A theatre with rows 0 to 4 has five rows, but no row 5.",
    precise="Each axis is checked on its own; the message gives axis and size.",
    maths_picture="In maths entries count from 1; in Python they count from 0, so all shift by one.",
    maths_precise="Index sets run from 0 to n - 1, one less than in the usual notation.",
    place="There the position gets past the end of $owner.",
    plan=(
        "Print the `shape` of $owner right before the line.",
        "Compare the bound of the loop with it; rows come first, columns second.",
        "Take the bound from `shape` or `len`, and not from a number that you typed.",
    ),
    example=Example(
        before="A loop whose bound is taken from the array:",
        code=(
            "import numpy as np\n"
            "\n"
            "levels = np.array([2.0, 3.5, 1.0])\n"
            "spot = 0\n"
            "while spot < levels.shape[0]:\n"
            "    print(levels[spot])\n"
            "    spot += 1"
        ),
        after="The bound is the array's own length, so the last position is right.",
    ),
    remedy="Bound the position on line $line by the `shape` of $owner.",
    reason="Only positions that exist are used.",
    check="print the first and the last position of the loop.",
)

TOO_MANY_INDICES = Lesson(
    question=(
        "How many directions does $owner have: is it one row of numbers, or a table? Print its `shape`. How many "
        "positions do you give between the square brackets?"
    ),
    concept=(
        "A one-dimensional array is a row and needs one position. A table needs two: row and column. On line $line "
        "there are more positions than $owner has directions. Often a table was expected, but one row was taken out "
        "of it or it was made from a flat list."
    ),
    picture="It is like giving a street and a floor for a garden shed.",
    precise="The number of indices must not exceed `ndim`; a slice keeps an axis, an integer drops it.",
    place="It gives more positions than $owner has directions.",
    plan=(
        "Print the `shape` of $owner right before the line.",
        "Find the line that makes it, and see whether it should be a table.",
        "Use as many positions as the shape has numbers.",
    ),
    example=Example(
        before="One position for a row, two for a table:",
        code=("import numpy as np\n\nline = np.arange(4)\ngrid = line.reshape(2, 2)\nprint(line[3], grid[1, 1])"),
        after="`reshape` has made a table of the row, so it needs two positions.",
    ),
    remedy="On line $line give as many positions as $owner has directions.",
    reason="Each direction has exactly one position.",
    check="print `ndim` of the array and count the positions.",
)

POSITION_IS_NO_INTEGER = Lesson(
    question=(
        "What kind of number is $index at this moment? Print it. Is it shown with a point? Which operation has made "
        "it so?"
    ),
    concept=(
        "Positions are whole numbers. A division with a single slash gives a number with a point, even when it comes "
        "out even, and arrays are made of such numbers by default. On line $line $index is one of them, so it is no "
        "position of $owner."
    ),
    picture="There is no seat 2.0 on the plan, only a seat 2.",
    precise="Index arrays must have an integer or boolean dtype; floats are rejected even if integral.",
    place="$index is not a whole number there.",
    plan=(
        "Print $index and its `type`, or its `dtype` if it is an array.",
        "Find the division or the function that made it.",
        "Use the division without a rest, or `int`, or `astype` for an array.",
    ),
    example=Example(
        before="The middle of an array:",
        code=(
            "import numpy as np\n\nprices = np.array([5.0, 7.5, 6.0])\nmiddle = len(prices) // 2\nprint(prices[middle])"
        ),
        after="The double slash gives a whole number, which can be used as a position.",
    ),
    remedy="On line $line make a whole number of $index, with `//` or `int`.",
    reason="A whole number is a position.",
    check="print the position: it must be shown without a point.",
    other_examples=(
        Example(
            before="A middle place, worked out as a whole number:",
            code=(
                "import numpy as np\n\ntides = np.linspace(2, 8, 7)\nmiddle = len(tides) // 2\n"
                "print(type(middle), tides[middle])"
            ),
            after="The double slash keeps the result a whole number, so it can be a position.",
        ),
    ),
)

KIND_OF_NUMBER_KEPT = Lesson(
    question=(
        "Which kind of numbers does $name hold, whole ones or ones with a point? Print its `dtype`. Which kind does "
        "this operation give?"
    ),
    concept=(
        "All numbers in an array are of one kind, its `dtype`, fixed when the array is made. An operation with `+=` "
        "or `*=` writes its result back into the same array. On line $line the result has a point, but $name was "
        "made of whole numbers, so numpy refuses to cut the points off."
    ),
    picture="It is like an egg box: it has room for eggs only, and an orange does not fit.",
    precise="In-place ufuncs need 'same_kind' casting, and float64 to int64 is not.",
    maths_picture="Whole numbers are 1, 2, 3; a half lies between them and has no place there.",
    maths_precise="The integers are not closed under this operation, so the result leaves the set.",
    place="The result is to be stored in whole numbers.",
    plan=(
        "Print `dtype` of $name.",
        "Find the line where $name is made.",
        "Make it of numbers with a point there, with `dtype` or `astype`, or store the result in a new array.",
    ),
    example=Example(
        before="An array that has room for points from the start:",
        code=("import numpy as np\n\nloads = np.array([4, 6, 9], dtype=float)\nloads *= 0.5\nprint(loads)"),
        after="Because of `dtype` the array holds numbers with a point, so the halves fit in.",
    ),
    remedy="Make $name of numbers with a point, with `dtype=float`, where it is created.",
    reason="The result has a place with room for its points.",
    check="print `dtype` before and after the line.",
)

PLOT_OF_TWO_LENGTHS = Lesson(
    question=(
        "Each point of a plot needs one x and one y. How many values are in $x, and how many in $y? Print `len` of "
        "both."
    ),
    concept=(
        "A plot draws one point for each pair of x and y. Both sides must have the same number of values. On line "
        "$line $x and $y have different lengths, $first and $second, so some values have no partner."
    ),
    picture="It is like a dance lesson with more leaders than followers.",
    precise="`plot` compares the first dimension of both arguments before it draws.",
    maths_picture="A point in the plane is a pair: first how far right, then how far up.",
    maths_precise="The graph is a set of pairs, so both coordinates need one index set.",
    place="$x and $y are of different length.",
    plan=(
        "Print the length of both.",
        "Go back to the lines that make them, and see where one value is gained or lost.",
        "Make both from the same number, or work the second out from the first.",
    ),
    example=Example(
        before="The second row is worked out from the first, so both have one length:",
        code=(
            "import numpy as np\n"
            "\n"
            "hours = np.linspace(0, 24, 49)\n"
            "warmth = 10 + 5 * np.cos(hours / 4)\n"
            "print(len(hours), len(warmth))"
        ),
        after="49 values on both sides, one pair for each point.",
    ),
    remedy="Bring $x and $y on line $line to the same length.",
    reason="Each x has its y, so all points can be drawn.",
    check="print both lengths right before the plot.",
)

SYSTEM_WITHOUT_SOLUTION = Lesson(
    question=(
        "Look at the rows of $name. Is one of them a multiple of another, or the sum of others, or all zeros? What "
        "would that mean for a system of equations? Print its determinant."
    ),
    concept=(
        "A system of equations has exactly one solution only if no equation follows from the others. If one does, "
        "there are either no solutions or endlessly many, and the matrix cannot be inverted. On line $line $name is "
        "such a matrix, or it is not square."
    ),
    picture="Two clues that say the same thing are really only one clue.",
    precise="LAPACK met an exact zero pivot; near-singular matrices pass and give useless digits.",
    maths_picture="The lines that the equations stand for are parallel or the same, so they do not cross in one point.",
    maths_precise="The determinant is zero, so the kernel is not trivial.",
    place="$name cannot be inverted.",
    plan=(
        "Print $name and its `shape`; it must have as many rows as columns.",
        "Print `np.linalg.matrix_rank` of it and compare with the number of rows.",
        "Check how the rows are made; if the data are right, use `np.linalg.lstsq`.",
    ),
    example=Example(
        before="Two independent equations have one solution:",
        code=(
            "import numpy as np\n"
            "\n"
            "coins = np.array([[1.0, 1.0], [1.0, -1.0]])\n"
            "print(np.linalg.matrix_rank(coins))\n"
            "print(np.linalg.solve(coins, np.array([9.0, 1.0])))"
        ),
        after="The rank equals the number of rows, so the system has exactly one solution.",
    ),
    remedy="Check how the rows of $name on line $line are made; each must bring something new.",
    reason="With independent rows the system has exactly one solution.",
    check="put the solution into the equations and compare both sides.",
    other_examples=(
        Example(
            before="A number that tells beforehand whether there is one solution:",
            code="import numpy as np\n\nfor last in (4, 5):\n    print(last, np.linalg.det([[1, 2], [2, last]]))",
            after="With 4 the second row is twice the first, and the determinant is 0: there is no single solution.",
        ),
    ),
)

SHAPE_AS_ONE_VALUE = Lesson(
    question=(
        "What does $function expect as its first value, and what does it take the second one for? Here you hand over "
        "$values. Which of them belong together?"
    ),
    concept=(
        "Functions of numpy that make an array want the shape, or all the data, as one single value: a pair or a "
        "list. The next value has another meaning, most often the kind of number. On line $line $function gets "
        "$values one by one, so the second is misread."
    ),
    picture="It is like giving a street and a house number to two different people.",
    precise="The signature has the shape first: a second positional argument is taken as the dtype.",
    place="Its values belong together, but are handed over one by one.",
    plan=(
        "Look up $function with `help` and read what its first value is.",
        "Decide which of your values make up that one.",
        "Put them together in one pair of brackets of their own.",
    ),
    example=Example(
        before="A shape handed over as one pair:",
        code=("import numpy as np\n\nboard = np.ones((8, 8))\nprint(board.shape)"),
        after="The inner brackets make one value of the two numbers.",
    ),
    remedy="On line $line put the values of $function into brackets of their own.",
    reason="All that belongs together arrives as one value.",
    check="print the `shape` of the new array.",
)

TEXTS_IN_ARRAY = Lesson(
    question=(
        "Which kind of values does each array on this line hold? Print their `dtype`. Does one of them begin with a "
        "capital U, which means text?"
    ),
    concept=(
        "An array that was made from texts, for example from input or a file, holds texts, even if they look like "
        "numbers. numpy has no sum or product for them. On line $line one array holds such values, so the operation "
        "is not defined."
    ),
    picture="It is like adding up price tags without reading the numbers on them.",
    precise="No ufunc loop exists for the string dtype; convert once with `astype`.",
    place="One of its sides holds texts.",
    plan=(
        "Print `dtype` of each array right before the line.",
        "Find the line that makes the one with texts.",
        "Turn it into numbers there, with `astype` and `float`.",
    ),
    example=Example(
        before="Texts turned into numbers:",
        code=(
            "import numpy as np\n"
            "\n"
            'fields = "3;4.5;8".split(";")\n'
            "weights = np.array(fields).astype(float)\n"
            "print(weights * 2)"
        ),
        after="`astype` makes a number of each text, so the array can be doubled.",
    ),
    remedy="Turn the array with texts into numbers with `astype(float)` before line $line.",
    reason="With numbers on both sides the operation is defined.",
    check="print `dtype`: it should be `float64`.",
)

RESHAPE_COUNT = Lesson(
    question=(
        "The array holds $size numbers. How many places does a table of the shape $shape have? Multiply its numbers "
        "and compare."
    ),
    concept=(
        "`reshape` only arranges the same numbers in a new way; it never adds or drops any. So the number of places "
        "in the new shape has to be the number of values. On line $line there are $size values, but $shape has "
        "another number of places."
    ),
    picture="Twelve eggs fill a box of three by four, but not one of five by two.",
    precise="The product of the new shape must equal `size`; one axis may be -1 to be worked out.",
    maths_picture="Rows times columns has to be the number of entries.",
    maths_precise="A reshape is a bijection of index sets, so their sizes must agree.",
    place="The new shape $shape does not hold exactly $size values.",
    plan=(
        "Multiply the numbers of the new shape.",
        "Print `size` of the array and compare.",
        "Change the shape, or find out why the array is longer or shorter than you expect.",
    ),
    example=Example(
        before="Six numbers in two rows; the number of columns is left to numpy:",
        code=("import numpy as np\n\nmarks = np.arange(6)\nprint(marks.reshape(2, -1))"),
        after="Two rows of three make six places, and -1 lets numpy work out the three.",
    ),
    remedy="On line $line choose a shape with exactly $size places.",
    reason="Every number has a place, and no place is empty.",
    check="print `shape` and `size` of the result.",
)

EMPTY_ARRAY = Lesson(
    question=(
        "How many numbers does the array on this line hold at this moment? Print its `size`. Which filter or slice "
        "before it could have left nothing?"
    ),
    concept=(
        "The biggest or smallest number of an array exists only if it holds at least one. A filter that nothing "
        "passes, or a slice with wrong bounds, leaves an empty array. On line $line the array is empty."
    ),
    picture="There is no tallest person in an empty room.",
    precise="`max` has no identity element, so the reduction over zero elements is undefined.",
    place="The array that it gets holds no number.",
    plan=(
        "Print `size` right before the line.",
        "Go back to the filter or slice that makes the array, and print what it lets through.",
        "Decide what the answer should be when nothing is left, and handle that with `if`.",
    ),
    example=Example(
        before="A question about the size first:",
        code=(
            "import numpy as np\n"
            "\n"
            "winds = np.array([3.0, 5.5])\n"
            "storms = winds[winds > 20]\n"
            "if storms.size:\n"
            "    print(storms.max())\n"
            "else:\n"
            '    print("no storm")'
        ),
        after="No wind passes the filter, so the maximum is not asked for.",
    ),
    remedy="Before line $line handle the case of an empty array.",
    reason="The maximum is taken only of something.",
    check="try a filter that lets nothing through, and one that lets some through.",
)

SEVERAL_VALUES_AT_ONE_PLACE = Lesson(
    question=(
        "How many numbers fit into $place, and how many are in $value? Print the `shape` of the array, and of what "
        "you want to store."
    ),
    concept=(
        "An array of numbers has places of one size: each holds one number. A list or an array of several numbers "
        "does not fit into one place. On line $line $value holds several, so Python cannot store it at $place."
    ),
    picture="It is like an egg box: each hollow takes one egg, and not a second box.",
    precise="The array has a numeric dtype, so an element assignment converts its value to one scalar.",
    place="Several values are stored at one place there.",
    plan=(
        "Decide what should stand at each place: one number, or a whole row.",
        "For one number, choose it or work it out first, for instance with `sum`.",
        "For a row, make the array with a second dimension at the start.",
    ),
    example=Example(
        before="An array with rows, made with two dimensions:",
        code="import numpy as np\n\ntable = np.zeros((2, 3))\ntable[1] = [4, 5, 6]\nprint(table)",
        after="Each place along the first dimension is a row of three, so three numbers fit.",
    ),
    remedy="On line $line store one number, or make the array with room for a row at each place.",
    reason="What is stored has as many values as the place can hold.",
    check="print the `shape` of both sides before the line.",
)

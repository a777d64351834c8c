"""The words for: what the world outside the program does not give."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

RAISED_ON_PURPOSE = Lesson(
    question=(
        "This line raises $exception itself. Under which condition does the program get here: $test? Which value "
        "makes that condition true for your input?"
    ),
    concept=(
        "With `raise` a program says on purpose that it cannot go on. Here the message is $message. So Python has "
        "done exactly what line $line asks for. The question is why the program came to this line with this input."
    ),
    picture="It is like a fire alarm: the noise is not the problem, it tells you about one.",
    precise="The exception propagates to the nearest matching `except`; there is none, so the program ends.",
    place="The program comes to it because of $test.",
    plan=(
        "Print the values in the condition right before it is tested.",
        "Decide whether the input is really wrong or the condition is.",
        "Change the one that is wrong, or handle the case with `try` and `except` where the function is called.",
    ),
    example=Example(
        before="An error that is raised on purpose, and handled by the caller:",
        code=(
            "def ticket(age):\n"
            "    if age < 0:\n"
            '        raise ValueError("age below zero")\n'
            "    return 5\n"
            "\n"
            "\n"
            "try:\n"
            "    print(ticket(-3))\n"
            "except ValueError as problem:\n"
            '    print("please check:", problem)'
        ),
        after="The function refuses; the caller decides what happens then.",
    ),
    remedy=(
        "Correct the value or the condition that leads to line $line, or handle the error where the function is called."
    ),
    reason="The program comes to this line only in cases that it really cannot handle.",
    check="run it with a value on each side of the condition.",
)

RAISE_OF_NO_EXCEPTION = Lesson(
    question=(
        "What follows the word `raise` on this line? Which kind of thing does Python allow there? Think of the names "
        "that end in `Error`."
    ),
    concept=(
        "`raise` needs an exception: a class such as `ValueError`, usually with a message in brackets. On line $line "
        "it gets $name, which is an ordinary value. Python then has nothing that could travel up to an `except`."
    ),
    picture="It is like ringing the alarm with a pillow: it makes no sound.",
    precise="Only instances or subclasses of BaseException can be raised.",
    place="It follows `raise`, but is no exception.",
    plan=(
        "Decide which kind of error this is; for an unsuitable value `ValueError` is usual.",
        "Make an exception of that kind.",
        "Hand your text to it as the message.",
    ),
    example=Example(
        before="An exception with a message:",
        code=('speed = -5\nif speed < 0:\n    raise ValueError("speed below zero")'),
        after="The text is the message, and the class says what kind of problem it is.",
    ),
    remedy="On line $line raise an exception such as `ValueError`, with $name as its message.",
    reason="An exception can travel to the place that handles it.",
    check="run the line and read the last line of the traceback.",
)

FILE_NOT_THERE = Lesson(
    question=(
        "In which folder does Python look for $file, and in which folder does the file lie? Compare the name letter "
        "by letter, its ending included."
    ),
    concept=(
        "A file name without a folder is looked for in the current folder: the one that the program was started "
        "from, which need not be the one where the program is stored. On line $line there is no file $file in that "
        "folder, or its name differs a little."
    ),
    picture="It is like looking for a book in the wrong room.",
    precise="Relative paths resolve against the process's working directory, not against the script.",
    place="Python finds no file under this name.",
    plan=(
        "Print the current folder with `os.getcwd`, and its files with `os.listdir`.",
        "Compare the names, the ending and the case of letters included.",
        "Start the program from the right folder, or write the whole path.",
    ),
    example=Example(
        before="How to see where Python looks and what is there:",
        code=("import os\n\nprint(os.getcwd())\nprint(os.listdir())"),
        after="The first line shows the folder, the second one the files in it.",
    ),
    remedy="Put the file into the folder where the program runs, or write its whole path on line $line.",
    reason="Python then finds the file under exactly this name.",
    check="print `os.path.exists` of the name: it should be `True`.",
)

FILE_NOT_ALLOWED = Lesson(
    question=(
        "Python may not use $file in this way. Who owns it, is it open in another program, or is it a folder and not "
        "a file? What does the line want to do with it?"
    ),
    concept=(
        "The operating system decides who may read or write a file. It refuses when the file belongs to someone "
        "else, is locked by another program, or is a folder. On line $line the request for $file was refused."
    ),
    picture="It is like a door for which you do not have the key.",
    precise="The error number comes from the operating system's open call.",
    place="The system does not allow it.",
    plan=(
        "Check that the path names a file and not a folder.",
        "Close other programs that may use it.",
        "Choose a folder in which you may write, such as your own.",
    ),
    example=Example(
        before="A file in the current folder, opened for writing:",
        code=('with open("scores.txt", "w", encoding="utf-8") as board:\n    board.write("3 points")'),
        after="In your own folder you may make and change files.",
    ),
    remedy="On line $line use a file that you may read or write.",
    reason="The system allows the request then.",
    check="open the same file with your editor and save it.",
)

FILE_OPENED_THE_OTHER_WAY = Lesson(
    question=(
        "With which mode was the file opened: for reading or for writing? And what does this line want to do with it?"
    ),
    concept=(
        "`open` gets a mode: for reading, for writing or for adding. A file opened for the one cannot be used for "
        "the other. On line $line the file should be $wanted, but it was opened in another mode."
    ),
    picture="It is like a one-way street that you enter from the wrong end.",
    precise="The mode fixes whether the stream is readable or writable; the default is reading text.",
    place="The file should be $wanted there.",
    plan=(
        "Find the line with `open` and look at its mode.",
        "Decide whether the file should be read, written anew, or added to.",
        "Choose the letter that stands for this.",
    ),
    example=Example(
        before="Writing first, then reading:",
        code=(
            'with open("log.txt", "w", encoding="utf-8") as out:\n'
            '    out.write("started")\n'
            'with open("log.txt", encoding="utf-8") as back:\n'
            "    print(back.read())"
        ),
        after="The mode `w` is for writing; without a mode the file is read.",
    ),
    remedy="Open the file in the mode that line $line needs: `r` to read, `w` to write, `a` to add.",
    reason="The mode allows what the line does.",
    check="look into the file with your editor after the run.",
)

MODULE_NOT_FOUND = Lesson(
    question=(
        "Is $module the exact name of the module, and is it installed for the Python that runs your program? Or is "
        "it a file of yours, and in which folder does it lie?"
    ),
    concept=(
        "`import` looks for a module in the folder of your program, among the modules that come with Python, and "
        "among the packages that were installed. $module is in none of these places. It may be misspelt, not "
        "installed, or installed for another Python."
    ),
    picture="It is like ordering a book under a title that the shop does not have.",
    precise="The import system has asked each finder, and each has searched every entry of the module search path.",
    place="No module of this name is found.",
    plan=(
        "Compare the name with the documentation of the module.",
        "Check with `sys.executable` which Python runs your program.",
        "Install the package for this Python, or put your own file into the same folder.",
    ),
    example=Example(
        before="How to see which Python runs, and where it looks:",
        code=("import sys\n\nprint(sys.executable)\nprint(sys.path[0])"),
        after="A package must be installed for the Python that the first line shows.",
    ),
    remedy="Correct the name of the module on line $line, or install the package for the Python that you use.",
    reason="The import finds the module then.",
    check="run only the import line in a new file.",
)

NAME_NOT_IN_MODULE = Lesson(
    question=(
        "Does the module $module really offer $name? Compare the spelling with its documentation. Is one of your own "
        "files called like the module?"
    ),
    concept=(
        "`from` and `import` fetch single names out of a module. Line $line asks for $name, and $module has no such "
        "name. Perhaps it is spelt in another way, belongs to another module, or a file of yours hides the real "
        "module."
    ),
    picture="It is like asking for a dish that is not on this menu.",
    precise="This form imports the module first, and then looks the name up as an attribute or submodule.",
    place="$module does not offer this name.",
    plan=(
        "Import the module as a whole and use `dir` on it.",
        "Find the exact name, or the module where it lives.",
        "Check that no file of yours has the module's name.",
    ),
    example=Example(
        before="A name that its module offers:",
        code=('from string import digits\n\nprint("7" in digits)'),
        after="`digits` is one of the names of the module `string`.",
    ),
    remedy="On line $line use the exact name, and the module that offers it.",
    reason="The import finds the name then.",
    check="print `dir` of the module and look for the name.",
)

NO_MORE_INPUT = Lesson(
    question=(
        "How often does the program ask for input, and how many lines does it get? Which call of `input` is the one "
        "that finds nothing?"
    ),
    concept=(
        "`input` waits for one line. When the input comes from a file or a test, it can come to an end. Then there "
        "is no line left, and Python raises `EOFError`. On line $line the program asks once more than there are "
        "lines."
    ),
    picture="It is like turning the page of a book that has ended.",
    precise="End of file on standard input makes `input` raise in place of returning an empty text.",
    place="At that moment no line is left.",
    plan=(
        "Count the lines of the input and the calls of `input`.",
        "Check the bounds of the loop around the call, if there is one.",
        "Several values on one line: read the line once and take it apart with `split`.",
    ),
    example=Example(
        before="Two values that come on one line:",
        code=('line = "12 7"\nfirst, second = line.split()\nprint(int(first) - int(second))'),
        after="The line is read once and then taken apart.",
    ),
    remedy="Ask on line $line only as often as there are lines of input.",
    reason="Each call of `input` has a line to read.",
    check="run it with the given input, and count the calls with a `print` after each.",
)

STOPPED_IN_A_LOOP = Lesson(
    question=(
        "The program had to be stopped by hand. Which line of the loop changes something in $test? Can the loop ever "
        "come to its end?"
    ),
    concept=(
        "A `while` loop goes on as long as its condition holds. Something in the body must change the condition, or "
        "the loop never ends. On line $line the condition is $test, and the program was still in the loop when you "
        "stopped it."
    ),
    picture="It is like walking round a roundabout without ever taking an exit.",
    precise="Termination needs a measure that changes in every round and is bounded by the test.",
    place="The loop goes on as long as this holds.",
    plan=(
        "Print the values in the condition at the start of each round.",
        "Find the line of the body that should change them, and its left edge.",
        "Make sure that it runs in every round and moves towards the end.",
    ),
    example=Example(
        before="Every round moves towards the end:",
        code=('candles = 3\nwhile candles > 0:\n    print("puff")\n    candles -= 1'),
        after="The last line makes the condition false after three rounds.",
    ),
    remedy="Let the body of the loop on line $line change what its condition asks about.",
    reason="The condition becomes false at some time, and the loop ends.",
    check="print the values for the first three rounds and compare with your plan.",
)

TEXT_IN_ANOTHER_ENCODING = Lesson(
    question=(
        "In which encoding was this file saved, and in which one does Python read it? Does it have letters outside "
        "plain English, such as é or ß?"
    ),
    concept=(
        "A file holds bytes, and an encoding says which bytes stand for which letter. If a file is read with another "
        "encoding than it was written with, some bytes make no letter. That happens on line $line."
    ),
    picture="It is like reading a secret message with the wrong code book.",
    precise="The default of `open` depends on the platform; UTF-8 is what most files use today.",
    place="The bytes that are read there do not fit the encoding.",
    plan=(
        "Find out how the file was saved; UTF-8 is the usual way.",
        "Look at the line with `open`.",
        "Tell it the encoding by its parameter `encoding`.",
    ),
    example=Example(
        before="The encoding named when a file is opened:",
        code=('with open("names.txt", encoding="utf-8") as people:\n    print(people.read())'),
        after="Reader and writer use the same code, so every letter comes out right.",
    ),
    remedy="Name the encoding in the `open` that line $line depends on.",
    reason="The bytes are turned into letters by the code they were written with.",
    check="print the part with special letters.",
)

NOT_JSON = Lesson(
    question=(
        "Print the text that is read here, with `repr`. Does it look like JSON: quote marks around texts, no comma "
        "too many, not empty?"
    ),
    concept=(
        "JSON has a strict form: texts stand between double quote marks, the words for yes, no and nothing are small "
        "letters, and nothing may follow the last value. On line $line the text breaks that form: $message."
    ),
    picture="It is like a form that a machine reads: one cross outside a box and it stops.",
    precise="The decoder reports line, column and offset of the first character that does not fit.",
    place="The text that is read there has another form.",
    plan=(
        "Print the text with `repr` right before the line.",
        "Look at the place that the message names.",
        "Correct the text where it comes from.",
    ),
    example=Example(
        before="A text in the right form:",
        code=('import json\n\nteam = json.loads(\'{"name": "Reds", "points": 7}\')\nprint(team["points"])'),
        after="Texts have double quote marks, and the number has none.",
    ),
    remedy="Bring the text that line $line reads into the form of JSON.",
    reason="The text can be read then.",
    check="print the `type` of the result.",
)

CLAIM_NOT_TRUE = Lesson(
    question=(
        "The line claims that $claim holds. Work out both sides by hand for this input. Which of them is not what "
        "you expect?"
    ),
    concept=(
        "`assert` states what must be true at this place. If it is not, Python stops with `AssertionError`. The line "
        "itself is usually right: it has found out that a value made further up is wrong. On line $line the claim is "
        "$claim."
    ),
    picture="It is like a spirit level: it shows that the shelf hangs askew, but is not the reason.",
    precise="The assertion documents a contract; find the first state that breaks it.",
    place="The claim made there does not hold.",
    plan=(
        "Print each part of the claim right before the line.",
        "Find the part that surprises you.",
        "Go to the function that makes this part, and follow it with one small input.",
    ),
    example=Example(
        before="A claim, and the value it is about shown first:",
        code=("def doubled(number):\n    return number + number\n\n\nprint(doubled(4))\nassert doubled(4) == 8"),
        after="If the claim fails, the line above it shows the value that is wrong.",
    ),
    remedy="Follow the value in the claim of line $line back, and correct the line that makes it.",
    reason="The claim shows where the mistake becomes visible; the cause lies further up.",
    check="run the same claim again, and one with another input.",
)

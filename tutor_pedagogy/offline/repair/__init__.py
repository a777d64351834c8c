"""Small single edits of a program, in the order in which beginners make the mistakes, and the choice among them.

The tests decide: an editor's side tries the edits on a copy of the student's folder, and only those with which every
test passes are told.
"""

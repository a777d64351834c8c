"""`tutor`: the command line of the editor side."""

"""Programs that run and give the wrong result: smells in the code, symptoms in a failing test, tracing by hand."""

"""The providers of models: each module is one provider, and `tutor_server.llm.registry` finds it by its `SPEC`."""

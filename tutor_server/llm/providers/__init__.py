"""The providers of models: each module defines one provider, which `tutor_server.llm.registry` finds by its `SPEC`."""

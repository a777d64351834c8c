"""Who answers: the remote service or local mode, each behind the interface of `tutor_lsp.tutors.tutor`."""

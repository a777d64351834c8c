"""All tests; the folders `server`, `lsp`, `pedagogy` and `analysis` mirror the packages of the product."""

"""Long proofs: storms of failures, counted in the provider's own ledger. `make soak` runs them."""

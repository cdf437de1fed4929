"""Submit exactly once: the ledger, preparing, submitting and reconciling."""

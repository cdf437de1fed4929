"""Once, and not twice: a ledger, a request that is prepared, sent and looked for."""

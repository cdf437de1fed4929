"""HTTP with the provider: calls, responses, refusals, callbacks and downloads."""

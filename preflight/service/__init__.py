"""The one door to the provider: connections, its answers and refusals, callbacks and downloads."""

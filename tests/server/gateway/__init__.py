"""The gateway, as programs meet it: over HTTP, between them and the sandbox."""

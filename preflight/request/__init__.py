"""Requests: files in, a body and a price out; nothing is sent."""

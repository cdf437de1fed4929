"""A user's own rules about findings: severities, exceptions, a baseline and counts."""

"""What a house makes of findings, beside what the documents say: severities, exceptions, a baseline, counts."""

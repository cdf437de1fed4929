"""What flows between the stages: frozen, exact, and without a word of how it came about."""

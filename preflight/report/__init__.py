"""The same values in each dress: text for people, JSON for programs."""

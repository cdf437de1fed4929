"""What a person asks for, and what the service is to be told: files in, a body and a price out; nothing is sent."""

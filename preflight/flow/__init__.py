"""The use cases: values and callbacks in, results out; each face of the program only translates."""

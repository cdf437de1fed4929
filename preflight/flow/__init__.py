"""Use cases: values and callbacks in, results out; the faces only translate."""

"""The same flow for Python: paths and requests in; reports, new files, tasks and videos out.

    check ──► fix ──► build_request ──► check_request ──► submit ──► wait ──► download

`import preflight` offers what stands here, under the names of the functions. Nothing prints, asks, or reads a setting:
a limit, a key and a place are arguments, and the key is kept nowhere. What goes wrong is a branch of `PreflightError`;
a bad file is no error, but a finding. What was not judged clean is never sent.
"""

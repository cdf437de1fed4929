"""Tools for agents, by the Model Context Protocol: paths and requests in; the JSON of the commands, and few words, out.

    client ── stdio, or HTTP on this machine ── server ── tools ──┬─ looking    probe, check, where, explain
                                                  │               ├─ fixing     plan, apply
                                                  │               └─ sending    estimate, submit, status, download
                                                  └─ running      a thread and a session for each call

What is read lies below the roots, what is written in the output folder, and nothing is paid without a person's word.
"""

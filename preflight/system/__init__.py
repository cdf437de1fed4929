"""What differs between Linux, macOS and Windows, and nothing else: `files` about files, `processes` about processes.

No other module names what one system has and another has not. Whatever a system lacks has a way round it here, or is
said to be missing by what a function returns.
"""

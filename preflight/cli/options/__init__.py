"""What may be said on the command line, one frozen group a concern; flags, variables and settings come from its fields.

A command takes the groups that it heeds: `@options_of(MeasuringOptions)` adds the options, and hands the command the
values as its argument of that type.
"""

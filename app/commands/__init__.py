"""The commands of the command line, one module for each family, imported only when called.

A module has `register(subparsers)`, which adds its parser with `set_defaults(run=function)`; `run(args) -> int` gives
the exit status. `args.data` is the data folder or None, `args.user` a user's name or None.
"""

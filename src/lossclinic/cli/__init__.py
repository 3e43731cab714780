"""The command line: one command, one file; `main` only wires."""

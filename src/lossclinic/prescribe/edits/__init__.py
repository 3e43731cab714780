"""One file for each group of edits; each function writes onto a `Pen` or raises `CannotWrite`."""

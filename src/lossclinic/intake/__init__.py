"""The user's world, brought into a `Case`: a script that is watched while it trains, or a compiled model."""

"""The version, where every room can read it without going through the front door."""

VERSION = "0.1.0"

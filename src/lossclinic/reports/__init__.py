"""The answer for people (terminal, HTML) and for programs (JSON). Computes nothing."""

"""The only room that decides what to train: arms, seeds, pairing, budget and verdicts."""

"""The frozen values that everything else passes along. Imports neither Keras nor JAX."""

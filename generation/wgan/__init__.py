"""A WGAN-GP beside the diffusion model: the same data, the same budget, the same files."""

"""Purification by a generative model: contracts of models, noise, preprocessing, and the mixing loop."""

from bo_search.purify.compute import Compute
from bo_search.purify.defence import Defence, DefenceSettings
from bo_search.purify.memory import TensorMemory
from bo_search.purify.mixing import mixing_weights, walk_latents
from bo_search.purify.noise import KeyedNoise, NoiseKey, NoiseSource, TorchNoise, noise_source
from bo_search.purify.preprocessing import Blur, Preprocessing
from bo_search.purify.walk import FusedPurifier, Latent, LatentWalk, ParallelCodes, PriorNoise, Purifier

__all__ = [
    "Blur",
    "Compute",
    "Defence",
    "DefenceSettings",
    "FusedPurifier",
    "KeyedNoise",
    "Latent",
    "LatentWalk",
    "NoiseKey",
    "NoiseSource",
    "ParallelCodes",
    "Preprocessing",
    "PriorNoise",
    "Purifier",
    "TensorMemory",
    "TorchNoise",
    "mixing_weights",
    "noise_source",
    "walk_latents",
]

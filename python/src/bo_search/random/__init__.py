"""Keyed random streams, bit for bit those of the search itself: `RandomStream` for one, `keyed_normals` for many."""

from bo_search.random.keys import KeyPart, encode_key
from bo_search.random.normals import keyed_normals, keyed_normals_then_uniform, sequential_norm
from bo_search.random.scalar import RandomStream

__all__ = ["KeyPart", "RandomStream", "encode_key", "keyed_normals", "keyed_normals_then_uniform", "sequential_norm"]

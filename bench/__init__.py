"""Speed as ratios: what we do against something plain that does less, in one interleaved run."""

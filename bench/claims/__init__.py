"""Claims: what three papers say helps, asked again small.

A *claim* is a question with the papers' own figures. Its *arms* are ways to train, or to ask, that differ in one thing; each is a few
settings laid over one recipe. A *seed* fixes the order of finetuning and all chance of reinforcement; arms of a seed share every stage
whose settings they share, so the base and, unless the arms differ there, the finetuned student are the same. A *comparison* is one arm
less another, paired by seed. Every stage is in a store of its own: a run that was broken off goes on where it was.
"""

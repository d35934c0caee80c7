"""The scheduler: where each pod runs, and why.

Start reading at `plugin`, which is all that a plugin needs to know, then any file of `plugins/`, then `cycle`.
"""

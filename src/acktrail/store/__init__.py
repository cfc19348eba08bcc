"""Where content is kept: on disk, or in memory for a trial. Not here: who refers to a name.

To come: object storage, and encryption at rest.
"""

"""Where content is kept: on disk, or in memory for a trial. Not here: who refers to a name.

Sealing and keys are handed in (:class:`acktrail.ports.Vault`). To come: object storage.
"""

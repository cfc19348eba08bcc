"""The ledger: what happened to each exchange, in entries that cannot be changed unseen.

Entries chain per stream; status is a fold of them. Beside the entries the same database keeps
claims, answer files, the journal of postings, control numbers and circuits. The only door to
sqlalchemy and alembic. Not here: payloads (``store``), and not yet the sequencer, the tree over
all streams and its signed checkpoints; entry hashes are leaf hashes of that tree already.
"""

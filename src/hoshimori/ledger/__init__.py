"""What we said, and who signed: records that nobody can change unseen, keys, envelopes, and what each reader may see."""

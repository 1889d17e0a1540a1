"""What every connector stands on: frames, the contract, the journal, supervision, clock."""

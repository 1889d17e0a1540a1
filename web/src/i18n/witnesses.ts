/** The words of the panel about the ledger's witnesses. */
export const witnesses = {
  "witnesses.title": "Witnesses",
  "witnesses.what": "Whoever rewrote this ledger would have to rewrite what they saw, too.",
  "witnesses.covered": "{covered} of {size} entries are witnessed.",
  "witnesses.held": "{n} events that signatures set off wait for a witness.",
  "witnesses.list": "Witnesses of the ledger",
  "witnesses.name": "Name",
  "witnesses.kind": "Kind",
  "witnesses.kind.file": "a folder",
  "witnesses.kind.titer": "another Titer",
  "witnesses.kind.timestamp": "time-stamp authority",
  "witnesses.size": "Last size",
  "witnesses.at": "When",
  "witnesses.lag": "Entries behind",
  "witnesses.state": "State",
  "witnesses.required": "required",
} as const;

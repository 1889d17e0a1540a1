/** The words about a device's clock. */
export const clock = {
  "clock.title": "The device's clock against its host's",
  "clock.of": "Clock of {name}",
  "clock.span": "How far back",
  "clock.1d": "1 day",
  "clock.7d": "7 days",
  "clock.90d": "90 days",
  "clock.none": "The clock was not compared yet",
  "clock.none.why": "Not every device tells its time; where one does, it is asked each minute. No time stamp is ever rewritten.",
  "clock.offset": "Offset",
  "clock.uncertainty": "Uncertainty",
  "events.title": "What the connection told",
  "events.none": "Nothing but values so far",
  "events.none.why": "Reconnections, devices that are set up anew and clocks that step are told here.",
  "events.at": "At",
  "events.kind": "Event",
  "events.words": "In words",
} as const;

"""From events to a judgement that shows its reasons: evidence items, two readings, claims, effects, the questions of a treaty."""

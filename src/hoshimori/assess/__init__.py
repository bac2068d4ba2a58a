"""From events to a judgement that shows its reasons: evidence items, competing hypotheses, claims, effects, the questions of a treaty."""

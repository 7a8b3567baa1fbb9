"""How Homeloop talks with one family: a pure state machine.

`talk` is where a conversation stands, `events` what happens to it and what follows, `intent` and
`answers` what a text means, `heard` and `hearing` what an event means in a state, `closed_answers`,
`own_words`, `reading_back`, `which`, `people` and `stopping` what is done about it, and `engine` the
table that joins them: `step(talk, event, facts) -> (talk, effects)`.
"""

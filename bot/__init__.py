"""Homeloop talks with families: broadcasts out, replies in, meaning confirmed.

Imports run inward only. Outermost first: `cli` and `demo` are the front door and `service` the one
process; `bootstrap`, `web` and the `scheduler` package stand below and never import each other; then
the use cases (`broadcasts`, `replies`, `roster`, `households`, `reports`); then `app` and the `store`; the
adapters (`channels`, `translation`, `simulator`); `ports`; and at the centre what is pure:
`conversation`, `languages`, `messages`, `settings`, `errors`. import-linter holds this in the test run.
"""

__version__ = "0.1.0"

"""What the Celery worker of `benchmarks.peers` imports."""

from __future__ import annotations

import os

from celery import Celery
from twilio.rest import Client

from benchmarks.senders import ACCOUNT, FORM, TEXT, TOKEN

app = Celery("bench", broker=os.environ["HOMELOOP_BENCH_BROKER"])
app.conf.task_ignore_result = True
client = Client(ACCOUNT, TOKEN)
client.api.base_url = os.environ["HOMELOOP_BENCH_PROVIDER"]


@app.task
def send(to: str) -> None:
    """Send one text."""
    client.messages.create(to=to, from_=FORM["From"], body=TEXT, status_callback=FORM["StatusCallback"])

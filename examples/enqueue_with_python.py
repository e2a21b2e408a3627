"""Enqueue a job with stock Python RQ, wait for it and print what it returned.

REDIS_URL=unix:///path/to/redis.sock python3 examples/enqueue_with_python.py http://127.0.0.1:8080/README.md
"""

import os
import sys
import time

from redis import Redis
from rq import Queue

redis = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379/0"))
# The function lives on the worker only, so it is named, not passed.
job = Queue("default", connection=redis).enqueue("words.countWords", sys.argv[1])

deadline = time.monotonic() + 30
while job.get_status(refresh=True) not in ("finished", "failed"):
    if time.monotonic() > deadline:
        sys.exit(f"job {job.id} is still {job.get_status()}: does a worker listen on the queue 'default'?")
    time.sleep(0.05)
job.refresh()
if job.is_failed:
    sys.exit(job.exc_info)
print(job.result)

"""The jobs of the chaos harness for Python RQ: the same marks as ../tasks/work.mjs."""

import os
import time
import uuid

FD = os.open(os.environ["RQD_CHAOS_MARKS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def run(job_id, ms):
    token = f"- {uuid.uuid4()}"
    parent = os.getppid()
    mark("begin", job_id, token, parent)
    time.sleep(ms / 1000)
    mark("end", job_id, token, parent)
    return job_id


def mark(kind, job_id, token, parent):
    at_ms = time.monotonic_ns() / 1e6
    os.write(FD, f"{kind} {job_id} {token} {os.getpid()} {parent} {at_ms:.3f}\n".encode())

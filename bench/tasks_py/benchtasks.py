"""The functions of the benchmark for Python RQ; the same as tasks/benchtasks.mjs."""
import os
import time


def noop():
    pass


def spin(ms):
    end = time.perf_counter() + ms / 1000
    while time.perf_counter() < end:
        pass


def sleep(ms):
    time.sleep(ms / 1000)


def echo(text):
    return text


def stamp(sent_us):
    took_us = time.monotonic_ns() // 1000 - sent_us
    fd = os.open(os.environ['RQD_BENCH_STAMPS'], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(fd, b'%d\n' % took_us)
    os.close(fd)

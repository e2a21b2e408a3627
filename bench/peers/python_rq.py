"""Driver of Python RQ. See driver.mjs for the commands."""
import json
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tasks_py'))

from redis import Redis
from rq import Queue, SimpleWorker, Worker


def argument(job):
    if job.get('bytes', 0) > 0:
        return (os.urandom(job['bytes'] // 2).hex(),)
    return (job['ms'],) if 'ms' in job else ()


def work(redis, given):
    worker = SimpleWorker if given.get('simple') else Worker
    worker([Queue(name, connection=redis) for name in given['queues']], connection=redis).work(logging_level='WARNING')


def fill(redis, given):
    for i, name in enumerate(given['queues']):
        queue = Queue(name, connection=redis)
        share = (given['jobs'] + i) // len(given['queues'])
        for begin in range(0, share, 500):
            bulk(queue, min(500, share - begin), 'benchtasks.' + given['task'], argument(given))


def bulk(queue, n, func, args=()):
    queue.enqueue_many([Queue.prepare_data(func, args=args, timeout=180) for _ in range(n)])


def produce(redis, given):
    queue = Queue(given['queues'][0], connection=redis)
    for _ in range(given['warmUp']):
        queue.enqueue('benchtasks.noop')
    count = 0
    begin = time.monotonic()
    due = random.expovariate(given['rate'])
    while due < given['seconds']:
        time.sleep(max(0, begin + due - time.monotonic()))
        queue.enqueue('benchtasks.stamp', time.monotonic_ns() // 1000)
        count += 1
        due += random.expovariate(given['rate'])
    return {'count': count}


def rates(redis, given):
    queue = Queue(given['queues'][0], connection=redis)
    for _ in range(100):
        queue.enqueue('benchtasks.noop')
    begin = time.perf_counter()
    for _ in range(given['jobs'] // 4):
        queue.enqueue('benchtasks.noop')
    awaited = given['jobs'] // 4 / (time.perf_counter() - begin)
    begin = time.perf_counter()
    for _ in range(0, given['jobs'], 1000):
        bulk(queue, 1000, 'benchtasks.noop')
    return {'awaited': awaited, 'bulk': given['jobs'] / (time.perf_counter() - begin)}


command, text = sys.argv[1:3]
given = json.loads(text)
reply = {'work': work, 'fill': fill, 'produce': produce, 'rates': rates}[command](
    Redis(unix_socket_path=given['path']), given
)
if reply is not None:
    print(json.dumps(reply))

import type { Row } from './row.js'

const firstPages = 'docs/code-blocks.test.ts: the code blocks of ${name} run'

/** P: any language over Redis. */
export const rowsP: Readonly<Record<string, Row>> = {
  P1: {
    title: 'enqueue with redis-cli, or any client of Redis',
    clauses: {
      'the documented minimum of commands': [
        'docs/other-languages.test.ts: P1 the jobs of docs/other-languages.md',
        'integration/any-client.test.ts: the minimum of commands typed into redis-cli gives a finished job',
        firstPages,
      ],
      'missing fields take defaults': [
        'integration/any-client.test.ts: data and origin alone are enough',
        'integration/any-client.test.ts: data alone runs too, and is filed under the queue it came from',
      ],
    },
  },
  P2: {
    title: 'stock Python RQ as producer',
    clauses: {
      'JSON or pickle: the job runs; status, result, exc_info and meta are read by Python': [
        'conformance/python-producer.test.ts: job of stock Python runs, and Python reads all about it',
        'conformance/python-producer.test.ts: a failed ${serializer} job shows its traceback to Python',
      ],
      'the payloads of 2.x': ['src/job/call.test.ts: the calls of every sample decode and encode to an equal meaning'],
      'pickle is data, and never runs code': [
        'src/serial/pickle/reader.test.ts: anything but plain data stays an opaque value, never imported or called',
        'src/serial/pickle/fuzz.test.ts: 10,000 random and mutated pickles end in a value or an error of ours',
      ],
      'what cannot be represented is a clear failure': [
        'conformance/python-producer.test.ts: a pickled object that only Python can hold fails the job by name',
      ],
    },
    unproven: ['a living producer of RQ 2.x: its payloads are samples'],
  },
  P3: {
    title: 'Python workers beside ours',
    clauses: {
      'no job is lost or repeated': [
        'conformance/python-readers.test.ts: a Python worker and ours share queues, and every job runs once',
        'conformance/python-leftovers.test.ts: the job of a killed worker is retried once',
        'conformance/python-leftovers.test.ts: a worker that is merely slow keeps its job',
      ],
      'each reads the other’s jobs': [
        'conformance/python-readers.test.ts: a Python worker runs a job of our library in pickle mode',
        'conformance/poison-hashes.test.ts: after we failed a poison hash, Python reads and requeues the job',
      ],
    },
  },
  P4: {
    title: 'RQ’s own tools on our Redis',
    clauses: {
      'rq info': ['conformance/python-readers.test.ts: rq info shows our workers, what they do, and the counts'],
      'rq requeue': ['conformance/python-producer.test.ts: a job that we failed is requeued by rq requeue'],
      'rq suspend and resume': ['conformance/python-suspend.test.ts: P4 W17 rq suspend holds our workers'],
      'what viewers read': [
        'conformance/queue-and-registries.test.ts: J7 J18 P4 what we have put there, Python reads as we do',
        'conformance/queue-and-registries.test.ts: W8 P4 Python and we see the same workers',
      ],
    },
    unproven: ['rq-dashboard itself: it reads by the library of RQ, which the other tests do'],
  },
}
